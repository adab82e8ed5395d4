"""The languages of a user flow and the texts of its pages."""

from typing import Any

from reconciler.emulator.schema import BOOLEAN, Contained, EntitySet, EntityType, Prop
from reconciler.emulator.store import Doc

_LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt-BR": "Português (Brasil)",
    "ru": "Русский",
    "zh-Hans": "中文(简体)",
}
_TEXTS = {
    "idpselections": (
        ("ErrorMessage", "ServiceThrottled", "There are too many requests at this moment. Please wait."),
        ("UxElement", "alert_message", "Are you sure that you want to cancel entering your information?"),
    ),
    "selfasserted1_1": (
        ("UxElement", "alert_message", "Are you sure that you want to cancel entering your information?"),
        ("UxElement", "button_continue", "Create"),
    ),
    "phonefactor": (("UxElement", "button_verify", "Call me"),),
}


def _default_page(page: str) -> Doc:
    strings: list[dict[str, Any]] = [
        {"ElementType": kind, "ElementId": None, "StringId": identifier, "Override": False, "Value": text}
        for kind, identifier, text in _TEXTS[page]
    ]
    return {"id": page, "content": {"LocalizedStrings": strings}}


_PAGE = EntityType("userFlowLanguagePage", (Prop("id", writes="never"),))

DEFAULT_PAGES = EntitySet(
    "defaultPages",
    types=(_PAGE,),
    allows=frozenset({"list", "get", "content"}),
    fixed=tuple(_default_page(page) for page in _TEXTS),
)

# Only pages that have been overridden are listed; their content is replaced as a whole. Both are choices.
OVERRIDES_PAGES = EntitySet(
    "overridesPages",
    types=(_PAGE,),
    allows=frozenset({"list", "get", "content", "store"}),
    keys=tuple(_TEXTS),
)

# Languages can only be read in a B2B flow. Graph docs: b2xIdentityUserFlow, userFlowLanguageConfiguration.
LANGUAGES = EntitySet(
    "languages",
    types=(
        EntityType(
            "userFlowLanguageConfiguration",
            (
                Prop("id", writes="never"),
                Prop("isEnabled", BOOLEAN, writes="never"),
                Prop("displayName", writes="never"),
            ),
        ),
    ),
    allows=frozenset({"list", "get"}),
    navigations=(
        Contained("defaultPages", DEFAULT_PAGES),
        Contained("overridesPages", OVERRIDES_PAGES),
    ),
    filterable=frozenset({"isEnabled"}),
    fixed=tuple({"id": tag, "isEnabled": True, "displayName": name} for tag, name in _LANGUAGES.items()),
)
