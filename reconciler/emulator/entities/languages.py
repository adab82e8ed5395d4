"""The languages of a user flow and the texts of its pages."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from reconciler.emulator.call import Call, Place
from reconciler.emulator.errors import invalid, invalid_field
from reconciler.emulator.schema import BOOLEAN, Contained, EntitySet, EntityType, Hooks, Prop
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

# What Graph calls languages that are not among its own. Graph docs: Create userFlowLanguageConfiguration.
_REGIONAL = {"es-ES": "Spanish (Spain)", "en-US": "English (United States)", "fr-FR": "French (France)"}
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _fill(_call: Call, doc: Doc) -> Doc:
    """A language's tag must be one of RFC 5646; its name is the service's own."""
    if not _TAG.fullmatch(doc["id"]):
        raise invalid_field("id")
    names = {tag.lower(): name for tag, name in (_LANGUAGES | _REGIONAL).items()}
    return {**doc, "displayName": names.get(doc["id"].lower(), doc["id"])}


def _removable(doc: Doc) -> None:
    """Only languages that were added can be removed; a choice, Graph documents nothing."""
    if doc["id"].lower() in {tag.lower() for tag in _LANGUAGES}:
        raise invalid(f"The language '{doc['id']}' cannot be deleted; disable it.")


def _needs_customization(call: Call, place: Place) -> None:
    """Languages of a B2C flow are shut until customization is enabled. Graph docs: b2cIdentityUserFlow."""
    owner = place.path.split("/")[2]
    flow = call.state.get("identity/b2cUserFlows", unquote(owner))
    if flow is not None and not flow.get("isLanguageCustomizationEnabled"):
        raise invalid(f"Language customization is not enabled for user flow '{flow['id']}'.")


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
    wrapped=True,
)

# In a B2C flow they are made, enabled and disabled by PUT. That only English is enabled at first is a choice.
B2C_LANGUAGES = replace(
    LANGUAGES,
    types=(
        EntityType(
            "userFlowLanguageConfiguration",
            (
                Prop("id", writes="once"),
                Prop("isEnabled", BOOLEAN, default=True),
                Prop("displayName", writes="never"),
            ),
            identify=lambda _call, doc: str(doc["id"]),
        ),
    ),
    allows=frozenset({"list", "get", "upsert", "delete"}),
    fixed=tuple({"id": tag, "isEnabled": tag == "en", "displayName": name} for tag, name in _LANGUAGES.items()),
    hooks=Hooks(gate=_needs_customization, fill=_fill, removable=_removable),
)
