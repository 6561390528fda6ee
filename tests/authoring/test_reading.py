"""Every way a page can lead nowhere is refused, with the file and the line where it stands."""

import re
import shutil

import pytest

from helpdesk.authoring.reading.folder import read_library, read_library_with_problems
from helpdesk.authoring.source import PlaybookError
from helpdesk.playbooks.repository import CONTENT

ACCOUNT = "types/account-takeover.yml"
ELSE = "types/something-else.yml"
FIRST = "common/first-contact.yml"
CLOSE = "common/close.yml"
QUESTIONS = "vocab/questions.yml"
PLATFORMS = "vocab/platforms.yml"
TRIAGE = "triage.yml"
COLLECTION = "collection.yml"

# file · what stands there · what we write instead (★ marks the line to be named) · the complaint
BREACHES = {
    "an unknown key": (
        ACCOUNT,
        "title: Rule out a harmless cause",
        "title: Rule out a harmless cause\n    prio: high★",
        "unknown key 'prio'",
    ),
    "a step of one page that counts for others": (
        ACCOUNT,
        "title: Rule out a harmless cause",
        "title: Rule out a harmless cause\n    once: true★",
        "only a step that pages share",
    ),
    "a step that comes back later where it is more urgent": (
        ELSE,
        "{id: not_yet, label: It is not clear yet, again: 1d}",
        "{id: not_yet, label: It is not clear yet, again: {immediate: 3d, urgent: 2d,★ soon: 2d, "
        "routine: 4d}}",
        "may not rest longer than one that is urgent",
    ),
    "a step that comes back for one level only": (
        ELSE,
        "{id: not_yet, label: It is not clear yet, again: 1d}",
        "{id: not_yet, label: It is not clear yet, again: {immediate: 3h}}★",
        "the key 'routine' is missing",
    ),
    "an outcome that is over and comes back": (
        ELSE,
        "{id: not_yet, label: It is not clear yet, again: 1d}",
        "{id: not_yet, label: It is not clear yet, again: 1d, over: true}★",
        "and does not come back",
    ),
    "an outcome that is shown by what the step does not take": (
        ELSE,
        "{id: understood, label: We see it the same way, shown_by: [what-was-seen]}",
        "{id: understood, label: We see it the same way, shown_by: [first-sign]}★",
        "this step does not take 'first-sign'",
    ),
    "an outcome that fits an answer beside urgency": (
        ACCOUNT,
        "- id: intruder\n",
        "- id: intruder\n        fits: {is: [whose, mine]}★\n",
        "'fits' asks about urgency only",
    ),
    "a missing key": (ACCOUNT, "scope_limit: We", "# We", "the key 'scope_limit' is missing"),
    "a key twice": (
        ACCOUNT,
        "status: draft ",
        "status: draft\nstatus: ready★ ",
        "the key 'status' is here twice",
    ),
    "an unquoted no": (
        QUESTIONS,
        'label: "No"\n',
        "label: No★\n",
        "put False in quotes",
    ),
    "not YAML": (ACCOUNT, "title: Someone else is", 'title: "Someone else is', "this is not YAML"),
    "an anchor": (
        ELSE,
        "title: Something else",
        "title: &a Something else★",
        "anchors and aliases",
    ),
    "an empty text": (ACCOUNT, "trigger: A person", 'trigger: " "★\n# ', "it is empty"),
    "a wrong schema": (ACCOUNT, "playbook/1", "playbook/9★", "this reader knows playbook/1"),
    "a wrong name": (ACCOUNT, "id: account-takeover", "id: account-gone★", "and so must its file"),
    "a bad version": (ACCOUNT, "\nversion: 1", "\nversion: v1★", "is not a version"),
    "a bad id": (ACCOUNT, "- id: rule-out", "- id: Rule_Out!★", "is not an id"),
    "a bad status": (
        ACCOUNT,
        "status: draft",
        "status: nearly★",
        "is not one of: draft, ready, retired",
    ),
    "an outcome leading to no end": (
        ACCOUNT,
        "leads_to: {end: explained}",
        "leads_to: {end: nowhere}★",
        "there is no end 'nowhere' in account-takeover",
    ),
    "an outcome leading to no playbook": (
        ACCOUNT,
        "leads_to: {playbook: account-suspended}",
        "leads_to: {playbook: no-such-page}★",
        "there is no playbook 'no-such-page'",
    ),
    "an outcome leading to two places": (
        ACCOUNT,
        "leads_to: {end: explained}",
        "leads_to: {end: explained, playbook: something-else}★",
        "exactly one of: end, playbook",
    ),
    "a last step without a way out": (
        CLOSE,
        "ends_as: every_end",
        "ends_as: [{id: over, label: It is over}]",
        "the outcome 'over' of 'close.way-out' leads nowhere",
    ),
    "a last step that may be hidden": (
        CLOSE,
        "ends_as: every_end",
        "ends_as: every_end\n    needs: [lesson]",
        "may have neither 'when' nor 'needs'",
    ),
    "no outcomes": (
        CLOSE,
        "    ends_as:\n      - {id: chosen, label: They have chosen}\n"
        "      - {id: later, label: Not now, over: true}",
        "    ends_as: []★",
        "a step that cannot end holds everything up",
    ),
    "a need for a step that is not there": (
        ACCOUNT,
        "needs: [ask-platform]",
        "needs: [ask-nobody]★",
        "there is no step 'ask-nobody' before this one",
    ),
    "a circle of needs": (
        ACCOUNT,
        "needs: [confirm-owner, public-form, consent.agree]",
        "needs: [follow-up-platform]★",
        "so that nothing waits in a circle",
    ),
    "a step that needs itself": (
        ACCOUNT,
        "needs: [ask-platform]",
        "needs: [follow-up-platform]★",
        "so that nothing waits in a circle",
    ),
    "a shared question that is not there": (
        ACCOUNT,
        "- use: clock",
        "- use: clocks★",
        "vocab/questions.yml has no question 'clocks'",
    ),
    "danger not asked first": (
        ACCOUNT,
        "questions:\n  - use: danger\n",
        "questions:★\n",
        "the first questions are, in this order: danger",
    ),
    "a fragment that is not there": (
        ACCOUNT,
        "- include: common/close",
        "- include: common/closing★",
        "there is no fragment 'common/closing'",
    ),
    "a fragment that includes another": (
        CLOSE,
        "steps:\n",
        "steps:\n  - include: common/first-contact★\n",
        "a fragment does not include another one",
    ),
    "a fragment for an end that the page lacks": (
        ELSE,
        "  - id: withdrawn\n    kind: withdrawn",
        "  - id: gone\n    kind: withdrawn",
        "there is no end 'withdrawn' in something-else",
    ),
    "a red flag that goes to no page": (
        ACCOUNT,
        "go_to: arrest-detention\n",
        "go_to: arrest★\n",
        "there is no playbook 'arrest'",
    ),
    "a better page that is not there": (
        ACCOUNT,
        "  account-suspended: The platform itself",
        "  no-such-page: The platform itself★",
        "there is no playbook 'no-such-page'",
    ),
    "a condition on nothing": (
        ACCOUNT,
        "when: {is: [inside, people]}",
        "when: {is: [insides, people]}★",
        "nothing asks for or sets 'insides'",
    ),
    "a condition on an answer that is never given": (
        ACCOUNT,
        "when: {is: [inside, people]}",
        "when: {is: [inside, sources]}★",
        "'inside' is never 'sources'",
    ),
    "a condition on an outcome that a step never has": (
        ACCOUNT,
        "when: {is: [platform_asked, sent]}",
        "when: {is: [platform_asked, send]}★",
        "'platform_asked' is never 'send'",
    ),
    "an unknown verb": (
        ACCOUNT,
        "when: {is: [inside, people]}",
        "when: {equals: [inside, people]}★",
        "unknown key 'equals'",
    ),
    "two verbs at once": (
        ACCOUNT,
        "when: {is: [inside, people]}",
        "when: {is: [inside, people], answered: inside}★",
        "exactly one of",
    ),
    "at_least on something without an order": (
        ACCOUNT,
        "when: {is: [inside, people]}",
        "when: {at_least: [inside, people]}★",
        "at_least compares decision points only",
    ),
    "at_least on a value that is not there": (
        ACCOUNT,
        "when: {at_least: [danger, credible]}",
        "when: {at_least: [danger, high]}★",
        "'danger' is never 'high'",
    ),
    "an option that sets no decision point": (
        ACCOUNT,
        "sets: {capacity: cannot_act}",
        "sets: {mood: low}★",
        "an option sets decision points only",
    ),
    "an option that sets no known value": (
        ACCOUNT,
        "sets: {capacity: cannot_act}",
        "sets: {capacity: none}★",
        "'capacity' is never 'none'",
    ),
    "a step that sets a decision point": (
        ACCOUNT,
        "sets: {platform_asked: {from: outcome}}",
        "sets: {danger: {from: outcome}}★",
        "a step does not set 'danger'",
    ),
    "a fact from evidence that the step does not take": (
        ACCOUNT,
        "public_form_ref: {from: evidence, evidence: form-receipt}",
        "public_form_ref: {from: evidence, evidence: profile-url}★",
        "name one piece of evidence that this step takes",
    ),
    "evidence that is not listed": (
        ACCOUNT,
        "    evidence: [form-receipt]",
        "    evidence: [form-receipt, fingerprint]★",
        "there is no piece of evidence 'fingerprint'",
    ),
    "evidence that no step writes down": (
        ACCOUNT,
        "evidence: [harm-statement, restore-address, at-risk]",
        "evidence: [harm-statement, restore-address]",
        "no step writes 'at-risk' down",
    ),
    "evidence of no kind": (
        ACCOUNT,
        "kind: names",
        "kind: gossip★",
        "vocab/evidence.yml has no kind 'gossip'",
    ),
    "a packet with what could put someone in danger": (
        ACCOUNT,
        "packet: [profile-url,",
        "packet: [at-risk, profile-url,",
        "'at-risk' could put someone in danger",
    ),
    "an escalation without a gate": (
        ACCOUNT,
        "      - {is: [consent_platform, given]}\n",
        "",
        "no request is sent without 'consent_platform'",
    ),
    "a step that opens no known escalation": (
        ACCOUNT,
        "escalation: platform",
        "escalation: police★",
        "there is no escalation 'police'",
    ),
    "a missing kind of end": (
        ACCOUNT,
        "kind: unresolved",
        "kind: resolved",
        "there is no end of kind unresolved",
    ),
    "a tag from nowhere": (
        ACCOUNT,
        'rsit:fraud="phishing"',
        "accessnow:human-rights★",
        "collection.yml does not list the taxonomy 'accessnow'",
    ),
    "a source that nobody listed": (
        ACCOUNT,
        "- {key: AN-95,",
        "- {key: AN-96,★",
        "collection.yml has no source 'AN-96'",
    ),
    "a length of time in words": (ACCOUNT, "wait: 24h", "wait: a day★", "is not a length of time"),
    "a platform fact without a day": (
        PLATFORMS,
        "      verified_on: never\n",
        "      verified_on: recently★\n",
        "this must be a day",
    ),
    "a link that is not https": (PLATFORMS, "link: https:", "link: http:", "begins with https"),
    "a decision question without I don't know": (
        QUESTIONS,
        '72h\n        label: "Yes"\n      - id: open\n        label: "No"\n      - id: unsure\n',
        '72h\n        label: "Yes"\n      - id: open\n        label: "No"\n',
        "the options of 'clock' are open, within_72h and unsure",
    ),
    "a question with one option": (
        QUESTIONS,
        "    options: platforms",
        "    options: [{id: google, label: Google}]★",
        "one option is no choice",
    ),
    "a question that nobody can skip": (
        QUESTIONS,
        "    kind: handle\n",
        "    kind: handle\n    skippable: false\n",
        "a question that cannot be skipped needs the option 'unsure'",
    ),
    "a question of its own under a shared name": (
        ACCOUNT,
        "  - id: way_in\n",
        "  - id: story★\n",
        "'story' is shared; take it with `use: story`",
    ),
    "a question that another page asks": (
        ELSE,
        "  - id: since\n",
        "  - id: way_in★\n",
        "the question 'way_in' is also in playbooks/types/account-takeover.yml",
    ),
    "an option that the shared question does not have": (
        ACCOUNT,
        "  - use: whose\n",
        "  - use: whose\n    options: [{id: mine, label: Mine}, {id: theirs, label: Theirs}★]\n",
        "the shared question 'whose' has no option 'theirs'",
    ),
    "a decision question with fewer options": (
        ACCOUNT,
        "  - use: clock\n",
        "  - use: clock\n    options: [{id: open, label: Not soon}, {id: unsure}]★\n",
        "a decision question keeps all its options",
    ),
    "platforms that hold no such thing": (
        ACCOUNT,
        "{platforms: [account, profile, page]}",
        "{platforms: [account, castle]}★",
        "no platform in vocab/platforms.yml holds a 'castle'",
    ),
    "a service that nobody offers": (
        CLOSE,
        "    title: Ask how they are, and check how you are\n",
        "    title: Ask how they are, and check how you are\n    services: [magic]★\n",
        "there is no referral service 'magic'",
    ),
    "a risk beside something to leave": (
        ACCOUNT,
        "    dont: Do not pay anyone who offers to get the account back.",
        "    risk: It costs money.★\n    dont: Do not pay anyone who offers to get it back.",
        "a risk belongs to something to do",
    ),
    "a page that replaces one that is still here": (
        ELSE,
        "status: draft",
        "replaces: account-takeover★\nstatus: draft",
        "'account-takeover' is still here",
    ),
    "a cell for a rule that is not there": (
        TRIAGE,
        "cells: [soon R10, urgent R6,",
        "cells: [soon R10, urgent R66,★",
        "there is no rule 'R66'",
    ),
    "a cell that contradicts its rule": (
        TRIAGE,
        "cells: [soon R10, urgent R6,",
        "cells: [soon R10, soon R6,★",
        "the cell says soon, but rule R6 says urgent",
    ),
    "a hole in the table": (
        TRIAGE,
        "cells: [soon R9, soon R9, urgent R7, urgent R7]",
        "cells: [soon R9, soon R9, urgent R7]",
        "the table has no cell for credible · ended · 3",
    ),
    "a table that falls where it should rise": (
        TRIAGE,
        "cells: [soon R9, urgent R5, urgent R5, urgent R5]",
        "cells: [urgent R5, urgent R5, soon R9, urgent R5]",
        "would be less urgent than",
    ),
    "a rule that no cell uses": (
        TRIAGE,
        "cells: [routine R12, routine R12, soon R11, soon R11]",
        "cells: [routine R12, routine R12, soon R10, soon R10]",
        "no cell of the table uses rule R11",
    ),
    "alarms without a last one": (
        TRIAGE,
        "alarms: [{at: 75, tell: duty}, {at: 100, tell: lead}]",
        "alarms: [{at: 75, tell: duty}]★",
        "the last is at 100",
    ),
    "a decision point out of place": (
        TRIAGE,
        "- id: reach",
        "- id: scope",
        "in this order: danger",
    ),
    "no licence": (COLLECTION, "licence: CC-BY-4.0", "", "the key 'licence' is missing"),
    "two steps of one name": (
        FIRST,
        "- id: settle-answers\n",
        "- id: acknowledge\n",
        "'first-contact.acknowledge' is here twice",
    ),
}


def complaints(folder):
    """Everything that is wrong with the pages, a sentence each."""
    try:
        _, problems = read_library_with_problems(folder)
    except PlaybookError as problem:
        problems = problem.all()
    return [str(problem) for problem in problems]


@pytest.fixture
def folder(tmp_path):
    kept = shutil.ignore_patterns("i18n")
    return shutil.copytree(CONTENT, tmp_path / "playbooks", ignore=kept)


def test_our_own_pages_read_without_a_complaint():
    assert complaints(CONTENT) == []


@pytest.mark.parametrize("breach", BREACHES)
def test_what_leads_nowhere_is_refused_by_file_and_line(folder, breach):
    file, old, new, complaint = BREACHES[breach]
    page = folder / file
    text = page.read_text()
    assert old in text, "the breach cannot be planted"
    planted = text.replace(old, new, 1)
    page.write_text(planted.replace("★", ""))

    with pytest.raises(PlaybookError) as refused:
        read_library(folder)

    assert complaint in str(refused.value)
    assert re.match(r"playbooks/[a-z/-]+\.yml, line \d+: ", str(refused.value))
    if "★" in planted:
        line = planted[: planted.index("★")].count("\n") + 1
        assert (refused.value.file, refused.value.line) == (f"playbooks/{file}", line)


def test_a_page_without_a_single_dont_is_refused(folder):
    page = folder / ELSE
    page.write_text(page.read_text().replace("    dont:", "    say:"))

    with pytest.raises(PlaybookError, match="and one not to do"):
        read_library(folder)


def test_every_broken_page_is_told_at_once(folder):
    for name in (ACCOUNT, ELSE):
        page = folder / name
        page.write_text(page.read_text().replace("status: draft", "status: nearly"))

    problems = complaints(folder)

    assert [problem.split(",")[0] for problem in problems] == [
        f"playbooks/{ACCOUNT}",
        f"playbooks/{ELSE}",
    ]


def test_what_is_wrong_in_one_place_does_not_hide_the_next(folder):
    page = folder / ACCOUNT
    text = page.read_text()
    for old, new in (
        ("status: draft", "status: nearly"),
        ("    ask: Can you still get into the account?\n", ""),
        ("title: Rule out a harmless cause", "heading: Rule out a harmless cause"),
        ("needs: [ask-platform]", "needs: [ask-nobody]"),
        ("floor: immediate", "floor: sky-high"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    page.write_text(text)

    said = " ".join(complaints(folder))

    assert "nearly" in said
    assert "the key 'ask' is missing" in said
    assert "unknown key 'heading'" in said
    assert "there is no step 'ask-nobody'" in said
    assert "'sky-high' is not one of" in said
    assert len(complaints(folder)) == 5


@pytest.mark.parametrize("file", [TRIAGE, COLLECTION, QUESTIONS])
def test_a_missing_file_is_one_clear_sentence(folder, file):
    (folder / file).unlink()

    missing = "line 1: the file is missing or cannot be read"
    assert complaints(folder) == [f"playbooks/{file}, {missing}"]


def test_nothing_in_a_page_is_ever_run(folder):
    page = folder / ELSE
    page.write_text("!!python/object/apply:os.system ['true']\n")

    [problem] = [one for one in complaints(folder) if ELSE in one]

    assert "line 1" in problem
