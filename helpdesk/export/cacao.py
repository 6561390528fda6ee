"""Exporting a playbook as CACAO 2.0: authored here, exported there, never the other way round.

The mapping and its reasons stand in docs/decisions/0018. Two exports of one content are equal to
the byte: nothing in them comes from the clock or from chance.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from helpdesk.export import cacao_extension
from helpdesk.export.cacao_workflow import CacaoWorkflow
from helpdesk.export.ids_and_variables import (
    option_variable_name,
    outcome_variable_name,
    stable_id,
    variable_name,
)
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.model import (
    Playbook,
    PlaybookReadiness,
    QuestionKind,
    StepPerformer,
    StepPhase,
)
from helpdesk.playbooks.step_facts import facts_settable_by_step

# The identity and the markings that the CACAO 2.0 specification fixes for TLP 2.0; an export has
# to use these and may not make its own.
TLP_OWNER = "identity--5abe695c-7bd5-4c31-8824-2528696cdbf1"
TLP_SINCE = "2022-10-01T00:00:00.000Z"
TLP = {
    "tlp:clear": "marking-tlp--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "tlp:green": "marking-tlp--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "tlp:amber": "marking-tlp--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "tlp:amber+strict": "marking-tlp--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "tlp:red": "marking-tlp--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

TYPES = {
    StepPhase.VERIFY: "investigation",
    StepPhase.PROTECT: "prevention",
    StepPhase.CONTAIN: "mitigation",
    StepPhase.EVIDENCE: "investigation",
    StepPhase.ESCALATE: "notification",
    StepPhase.RECOVER: "remediation",
}
SECTORS = ["human-rights", "media", "non-profit"]

AGENTS = {
    StepPerformer.RESPONDER: ("group", "Responders of the helpdesk"),
    StepPerformer.COORDINATOR: ("group", "Coordinators of the helpdesk"),
    StepPerformer.REPORTER: ("individual", "The person who asked for help"),
}
PLATFORM = ("organization", "The platform or service concerned")

Object = dict[str, Any]


def playbook_to_cacao(
    library: Library, page: Playbook, ids: Mapping[str, str], *, language: str | None = None
) -> Object:
    """Export a playbook as CACAO 2.0. `ids` are the UUIDs of ids.lock.yml, by page.

    In another language it is a playbook of its own, derived from the first: an id with one time of
    change names one text. Raises LookupError if a page it leads to has no id yet.
    """
    source = {name: f"playbook--{uuid}" for name, uuid in ids.items()}
    is_translated = language not in (None, library.collection.language)
    playbook_ids = (
        {name: stable_id("playbook", uuid, str(language)) for name, uuid in ids.items()}
        if is_translated
        else source
    )
    agents = {who: stable_id(kind, name) for who, (kind, name) in AGENTS.items()}
    platform = stable_id(*PLATFORM)
    workflow = CacaoWorkflow(page, playbook_ids, agents, platform)
    start = workflow.build()
    kinds = {node["type"] for node in workflow.nodes.values()}
    published = library.collection.publishing
    level = page.sharing
    return {
        "type": "playbook",
        "spec_version": "cacao-2.0",
        "id": playbook_ids[page.id],
        "name": str(page.title),
        "description": f"{page.trigger} {page.scope_limit}",
        "playbook_types": sorted({TYPES[step.phase] for step in page.steps if step.phase in TYPES}),
        "playbook_activities": _activities(workflow.nodes),
        "playbook_processing_summary": {
            "manual_playbook": True,
            "external_playbooks": "playbook-action" in kinds,
            "if_logic": "if-condition" in kinds,
            "parallel_processing": False,
            "while_logic": False,
            "switch_logic": False,
            "temporal_logic": False,
            "data_markings": True,
            "digital_signatures": False,
            "extensions": True,
        },
        "created_by": published.identity,
        "created": _midnight(published.first),
        "modified": _midnight(published.latest),
        "revoked": page.status is PlaybookReadiness.RETIRED,
        **({"derived_from": [source[page.id]]} if is_translated else {}),
        "industry_sectors": SECTORS,
        "labels": _labels(library, page, language),
        "external_references": _references(library, page),
        "markings": [TLP[level]],
        "playbook_variables": _variables(library, page),
        "workflow_start": start,
        "workflow": workflow.nodes,
        "playbook_extensions": {
            cacao_extension.EXTENSION: cacao_extension.playbook_extension(page)
        },
        "agent_definitions": _agents(page, agents, platform),
        "extension_definitions": {
            cacao_extension.EXTENSION: {
                "type": "extension-definition",
                "name": "Helpdesk playbook",
                "created_by": published.identity,
                "schema": cacao_extension.MEANS,
                "version": cacao_extension.VERSION,
            }
        },
        "data_marking_definitions": {
            TLP[level]: {
                "type": "marking-tlp",
                "id": TLP[level],
                "created_by": TLP_OWNER,
                "created": TLP_SINCE,
                "tlpv2_level": level.upper(),
            }
        },
    }


def author_identity(library: Library) -> Object:
    """The STIX 2.1 identity of the exports' author, to be given out beside them."""
    published = library.collection.publishing
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": published.identity,
        "created": _midnight(published.first),
        "modified": _midnight(published.first),
        "name": published.owner,
        "identity_class": "organization",
    }


def to_json_text(exported: Object) -> str:
    """Write an export as JSON text, its keys in one order, with a line end."""
    return json.dumps(exported, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00.000Z"


def _activities(nodes: Mapping[str, Object]) -> list[str]:
    commands = (command for node in nodes.values() for command in node.get("commands", ()))
    return sorted({command["playbook_activity"] for command in commands})


def _labels(library: Library, page: Playbook, language: str | None) -> list[str]:
    return [
        f"version:{page.version}",
        f"status:{page.status}",
        f"lang:{language or library.collection.language}",
        f"licence:{library.collection.licence}",
        *dict.fromkeys(tag.tag for tag in page.tags),
    ]


def _references(library: Library, page: Playbook) -> list[Object]:
    sources = library.collection.sources
    return [
        {"name": one.key, "source": sources[one.key], "reference_id": one.used_for}
        for one in page.sources
    ]


def _agents(page: Playbook, agents: Mapping[StepPerformer, str], platform: str) -> Object:
    # the last word to the person is always a responder's
    used = {StepPerformer.RESPONDER, *(step.who for step in page.steps)}
    defined: Object = {
        agents[who]: {"type": AGENTS[who][0], "name": AGENTS[who][1]}
        for who in AGENTS
        if who in used
    }
    if any(step.escalation for step in page.steps):
        defined[platform] = {"type": PLATFORM[0], "name": PLATFORM[1]}
    return defined


def _variables(library: Library, page: Playbook) -> Object:
    defined: Object = {}
    for question in page.questions:
        defined[variable_name(question.id)] = _unset(str(question.ask), external=True)
        if question.kind is QuestionKind.MANY_OF:
            for option in question.options:
                what = f"{question.ask} {option.label}"
                defined[option_variable_name(question.id, option.id)] = _unset(what, external=True)
    for fact in library.collection.facts:
        defined[variable_name(fact.id)] = _unset(fact.says, external=True)
    for step in page.steps:
        defined[outcome_variable_name(step.id)] = _unset(
            f"How it ended: {step.title}", external=False
        )
        for name in facts_settable_by_step(step):
            defined[variable_name(name)] = _unset(f"Found out by: {step.title}", external=False)
    return defined


def _unset(what: str, *, external: bool) -> Object:
    return {
        "type": "string",
        "description": what,
        "value": "",
        "constant": False,
        "external": external,
    }
