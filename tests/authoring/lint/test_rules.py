"""Each of the 35 rules is shown a fault in a copy of our own pages, and alone reports it."""

from datetime import date

import pytest

from helpdesk.authoring.lint.findings import LintSeverity
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.playbooks.repository import CONTENT
from tests.authoring.lint.conftest import Pages

ACCOUNT = "types/account-takeover.yml"
ELSE = "types/something-else.yml"
CHAT = "types/messenger-hijack.yml"
IMAGES = "types/intimate-images.yml"
QUESTIONS = "vocab/questions.yml"
PLATFORMS = "vocab/platforms.yml"
COLLECTION = "collection.yml"

# rule · fault · file · what stands there · what we write instead · what the sentence says
FAULTS = (
    (
        "L32",
        "a line of advice without what is at stake",
        ACCOUNT,
        "  - id: keep-mails\n",
        "  - id: keep-more\n    say: Keep every email, it shows more.★\n  - id: keep-mails\n",
        "'keep-more' needs `at_stake:`",
    ),
    (
        "L33",
        "a new code where there is no signal",
        CHAT,
        ", {not: {in: [chat_signal, [lost, new_sim, area]]}}, {at_least: [hold",
        ", {at_least: [hold",
        "no-signal-no-code: 'if-signed-out' says “ask for a new code”",
    ),
    (
        "L34",
        "people who can be found, and no line that says to warn them",
        CHAT,
        "when: {all: [{answered: chat_at_stake}, {is: [chat_at_stake, sources]}]}",
        "when: {at_least: [danger, credible]}",
        "'used-by-sources' raises the level (chat_at_stake sources), and no line",
    ),
    (
        "L35",
        "a line for safety that says today, and stands behind the money",
        "types/spyware-alert.yml",
        "  - id: raid-soon\n",
        "  - id: call-soon\n    say: Call today.★\n    at_stake: safety\n  - id: raid-soon\n",
        "'call-soon' says 'today'; add `within_hours: true`",
    ),
    (
        "L36",
        "a topic of one line",
        "types/spyware-alert.yml",
        "  - id: raid-soon\n",
        "  - id: alone\n    topic: lonely\n    say: Wait.★\n    at_stake: access\n"
        "  - id: raid-soon\n",
        "the topic 'lonely' has no other line",
    ),
    (
        "L01",
        "a key that nobody knows",
        ACCOUNT,
        "title: Rule out a harmless cause",
        "title: Rule out a harmless cause\n    prio: high★",
        "unknown key 'prio'",
    ),
    (
        "L02",
        "two red flags of one name",
        ACCOUNT,
        "  - id: resets-others",
        "  - id: lures-others★",
        "'lures-others' is here twice",
    ),
    (
        "L02",
        "a page without an identifier",
        "ids.lock.yml",
        "account-takeover: ",
        "account-given-away: ",
        "has no identifier",
    ),
    (
        "L03",
        "a need for a step that is not there",
        ACCOUNT,
        "needs: [ask-platform]",
        "needs: [ask-nobody]★",
        "there is no step 'ask-nobody'",
    ),
    (
        "L04",
        "a sentence still to be written",
        ACCOUNT,
        "why: Other accounts can be reset through this one.",
        "why: TODO say why.★",
        "still to be written",
    ),
    (
        "L05",
        "two steps that wait for each other",
        ACCOUNT,
        "needs: [confirm-owner, public-form, consent.agree]",
        "needs: [follow-up-platform]★",
        "so that nothing waits in a circle",
    ),
    (
        "L06",
        "a step for an outcome after which everything is over",
        ACCOUNT,
        "title: Use the device that is still signed in\n    phase: protect\n    who: reporter\n"
        "    needs: [first-contact.safe-channel]\n    when: {not: {in: [way_in, [reset, none]]}}",
        "title: Use the device that is still signed in★\n    phase: protect\n    who: reporter\n"
        "    needs: [first-contact.safe-channel]\n    when: {is: [cause, colleague]}",
        "ever lead to the step 'live-session'",
    ),
    (
        "L06",
        "a step for two answers that exclude each other",
        ACCOUNT,
        "title: Secure the roles on a shared page\n    phase: contain\n    who: reporter\n"
        "    needs: [first-contact.safe-channel]\n    when: {in: [whose, [shared, group]]}",
        "title: Secure the roles on a shared page★\n    phase: contain\n    who: reporter\n"
        "    needs: [first-contact.safe-channel]\n"
        "    when: {all: [{is: [whose, shared]}, {is: [whose, group]}]}",
        "ever lead to the step 'shared-page'",
    ),
    (
        "L06",
        "an end that no outcome leads to",
        "common/close.yml",
        "ends_as: every_end",
        "ends_as: [{id: over, label: It is over, leads_to: {end: withdrawn}}]",
        "no outcome leads to the end",
    ),
    (
        "L07",
        "a page without a way out",
        ACCOUNT,
        "steps:\n  - include: common/first-contact",
        "steps:★\n  - include: common/first-contact",
        "the last step, 'month-of-watching', may have neither",
    ),
    (
        "L08",
        "a question that nobody can skip",
        QUESTIONS,
        "  - id: profile\n",
        "  - id: profile★\n    skippable: false\n",
        "needs the option 'unsure'",
    ),
    (
        "L09",
        "an option that sets what the table does not know",
        ACCOUNT,
        "sets: {capacity: cannot_act}",
        "sets: {capacity: none}★",
        "'capacity' is never 'none'",
    ),
    (
        "L10",
        "danger asked last",
        ACCOUNT,
        "questions:\n  - use: danger\n",
        "questions:★\n",
        "the first questions are, in this order: danger",
    ),
    (
        "L11",
        "nothing that better is not done",
        ACCOUNT,
        "    dont: ",
        "    say: ",
        "at least one thing to do now, and one not to do",
    ),
    (
        "L12",
        "advice to delete, without its risk",
        ACCOUNT,
        "say: Keep every email from the service, even unimportant ones.",
        "say: Delete every mail from the service about this.★",
        "'delete' can’t be undone",
    ),
    (
        "L13",
        "a request without a consent",
        ACCOUNT,
        "    needs:\n      - {in: [vetted, [confirmed, known]]}\n"
        "      - {is: [owner_confirmed, confirmed]}\n      - {is: [consent_platform, given]}\n",
        "    needs:★\n      - {in: [vetted, [confirmed, known]]}\n"
        "      - {is: [owner_confirmed, confirmed]}\n",
        "no request is sent without 'consent_platform'",
    ),
    (
        "L14",
        "a packet with what puts people in danger",
        ACCOUNT,
        "    packet: [profile-url,",
        "    packet: [at-risk,★ profile-url,",
        "'at-risk' could put someone in danger",
    ),
    (
        "L15",
        "no end for what was not solved",
        ACCOUNT,
        "\nends:\n  - id: restored",
        "\nends:★\n  - id: restored",
        "there is no end of kind unresolved",
    ),
    (
        "L16",
        "a floor under everything",
        ACCOUNT,
        "    when: {is: [inside, lures]}\n    floor: urgent",
        "    when: {is: [inside, lures]}\n    floor: routine★",
        "raises no report",
    ),
    (
        "L16",
        "an answer that would make a case less urgent",
        ACCOUNT,
        "sets: {capacity: cannot_act}",
        "sets: {capacity: can_act}★",
        "can only make a case more urgent",
    ),
    (
        "L17",
        "evidence that may be the image itself",
        IMAGES,
        "  - {id: demands, kind: statement,",
        "  - {id: demands, kind: log,★",
        "may hold the image itself",
    ),
    (
        "L17",
        "a request for the image",
        IMAGES,
        "how: Write their words as text. No pictures.}",
        "how: Send us the picture with their words.}★",
        "may bring us the image",
    ),
    (
        "L18",
        "a sentence that nobody finishes",
        ACCOUNT,
        "dont: Do not pay anyone who offers to get the account back.",
        "dont: Do not pay anyone who offers to get the account back for you or for your group or "
        "for any other person that you know from work or from home or from the street.★",
        "make two of it",
    ),
    (
        "L18",
        "a sentence of an office",
        ACCOUNT,
        "dont: Do not pay anyone who offers to get the account back.",
        "dont: Organisations experiencing unauthorised authentication irregularities initiate "
        "comprehensive remediation.★",
        "years of school",
    ),
    (
        "L19",
        "a word that makes people small",
        ACCOUNT,
        "why: Other accounts can be reset through this one.",
        "why: The victim was careless.★",
        "not 'victim': say person",
    ),
    (
        "L20",
        "a claim about a platform",
        ACCOUNT,
        "why: Someone may be trying to use us to take over an account.",
        "why: Facebook asks for an identity card first.★",
        "belongs in vocab/platforms.yml",
    ),
    (
        "L20",
        "a way through a platform's pages",
        ACCOUNT,
        "why: Someone may be trying to use us to take over an account.",
        "why: On Instagram you find this under the settings of the profile.★",
        "belongs in vocab/platforms.yml",
    ),
    (
        "L20",
        "a link in a step",
        ACCOUNT,
        "why: Someone may be trying to use us to take over an account.",
        "why: The form is at https://forms.example/recovery for everybody.★",
        "belongs in vocab/platforms.yml",
    ),
    (
        "L21",
        "a link that hides where it leads",
        PLATFORMS,
        "link: https://accounts.google.com/signin/recovery",
        "link: https://bit.ly/recovery★",
        "hides where it leads",
    ),
    (
        "L22",
        "a day of review long gone",
        ACCOUNT,
        "status: draft ",
        "reviewed: {on: 2025-01-10, by: [lived experience], next: 2025-07-10}★\nstatus: draft ",
        "should have been read again by 2025-07-10",
    ),
    (
        "L22",
        "a page that is ready, and nobody has read it",
        ACCOUNT,
        "status: draft ",
        "status: ready★ ",
        "only when someone with lived experience has read it",
    ),
    (
        "L23",
        "a platform fact of last year",
        PLATFORMS,
        "      verified_on: never\n",
        "      verified_on: 2025-10-01★\n",
        "was last checked on 2025-10-01",
    ),
    (
        "L24",
        "a tag that does not exist",
        ACCOUNT,
        'tag: rsit:fraud="phishing"',
        'tag: rsit:fraud="fishing"★',
        "no taxonomy has the tag",
    ),
    (
        "L24",
        "a tag for organisations on an incident",
        ACCOUNT,
        'tag: rsit:fraud="phishing"',
        "tag: accessnow:human-rights★",
        "does not list the taxonomy 'accessnow'",
    ),
    (
        "L24",
        "a cause that the taxonomy of organisations does not have",
        "vocab/causes.yml",
        "- {slug: human-rights, name: Human rights}",
        "- {slug: human-right, name: Human rights}★",
        "no taxonomy has the tag 'accessnow:human-right'",
    ),
    (
        "L24",
        "a taxonomy in another version",
        COLLECTION,
        "  rsit: 1003",
        "  rsit: 1002★",
        "not 1002; read what has changed",
    ),
    (
        "L26",
        "a way to reach somebody, in what leaves",
        ACCOUNT,
        "why: Only the platform can act now.",
        "why: Ask desk@platform.example first.★ Only the platform can act now.",
        "looks like a way to reach someone",
    ),
    (
        "L27",
        "an end that no made-up person comes to",
        "tests/account-takeover.yml",
        "end: restored",
        "end: explained",
        "no walk-through comes to the end 'restored'",
    ),
    (
        "L28",
        "a step that ends without its answer",
        "common/first-contact.yml",
        "{id: no_answer, label: They have not answered yet, again: {immediate: 2h, urgent: 12h, "
        "soon: 2d, routine: 4d}}",
        "{id: no_answer, label: They have not answered yet}★",
        "leaves 'first-contact.danger-again' open",
    ),
    (
        "L28",
        "a step that must be done and is called over",
        "common/first-contact.yml",
        "{id: no_answer, label: They have not answered yet, again: {immediate: 2h, urgent: 12h, "
        "soon: 2d, routine: 4d}}",
        "{id: no_answer, label: They have not answered yet, over: true}★",
        "may not call it over",
    ),
    (
        "L28",
        "a step that is never over",
        "types/advice.yml",
        "label: We know who it is about}\n"
        "      - {id: partly, label: We know some of it, over: true}",
        "label: We know who it is about, again: 2d}★\n"
        "      - {id: partly, label: We know some of it, again: 2d}",
        "comes back whatever its outcome",
    ),
    (
        "L29",
        "an outcome that opens a gate with nothing written",
        ACCOUNT,
        "{id: refused, label: The platform refused it, shown_by: [note]}",
        "{id: refused, label: The platform refused it}★",
        "opens the gate 'public_form'",
    ),
    (
        "L29",
        "an outcome that claims what nobody has to write",
        "common/close.yml",
        "{id: agreed, label: We have agreed a day, shown_by: [note]}",
        "{id: agreed, label: We have agreed a day}★",
        "says 'we have agreed a day'",
    ),
    (
        "L37",
        "a step that asks a partner with an outcome that needs no request",
        "types/files-locked-or-lost.yml",
        "{id: sent, label: The request is on its way}",
        "{id: gone, label: The request is on its way}",
        "asks a partner",
    ),
    (
        "L31",
        "a step that asks the person and has no words for it",
        "common/close.yml",
        "    do: >-\n"
        "      Ask how the person is doing, and whether someone is with them. Then take a "
        "moment for\n"
        "      yourself. If this case is weighing on you, tell your coordinator before you "
        "take the next one.\n"
        "    words: >-\n"
        "      How are you doing now? Is someone with you?\n",
        "    do: >-★\n"
        "      Ask how the person is doing, and whether someone is with them. Then take a "
        "moment for\n"
        "      yourself. If this case is weighing on you, tell your coordinator before you "
        "take the next one.\n",
        "speaks to the person",
    ),
    (
        "L31",
        "words to send that wait to be filled in",
        "common/close.yml",
        "    words: >-\n      How are you doing now? Is someone with you?",
        "    words: >-★\n      How are you doing since [day]? Is someone with you?",
        "is a gap in words",
    ),
    (
        "L30",
        "evidence that is insisted on and never asked for",
        ACCOUNT,
        "{id: known-contact, kind: contact, label: Email or phone number the account was set up "
        "with,",
        "{id: known-contact, kind: contact, must: true, label: Email or phone number the account "
        "was set up with,★",
        "the page insists on 'known-contact'",
    ),
)

# Faults that take more than one place: what else is changed in the page.
ALSO = {
    "a page without a way out": ("  - include: common/close\n", ""),
    "no end for what was not solved": ("    kind: unresolved", "    kind: resolved"),
}
EVERYWHERE = {"nothing that better is not done", "an end that no made-up person comes to"}
SOMEWHERE = {fault: file for _, fault, file, _, new, _ in FAULTS if "★" not in new}
STALE = """\
schema: i18n/1
part: account-takeover
language: es
reviewed: false
texts:
  account-takeover.safe_now.no-pay:★
    of: "0123456789"
    text: "No pague a nadie que ofrezca recuperar la cuenta."
"""


def test_our_own_pages_are_clean():
    report = Pages(CONTENT).lint()

    assert [str(finding) for finding in report.findings] == []
    assert report.pages >= 23


@pytest.mark.parametrize(
    ("rule", "fault", "file", "old", "new", "says"), FAULTS, ids=[f"{f[0]} {f[1]}" for f in FAULTS]
)
def test_a_planted_fault_is_reported_by_its_rule_with_file_and_line(
    pages, rule, fault, file, old, new, says
):
    line = pages.plant(file, old, new if "★" in new else f"{new}★", everywhere=fault in EVERYWHERE)
    if fault in ALSO:
        pages.plant(file, *(f"{words}★" if n else words for n, words in enumerate(ALSO[fault])))

    report = pages.lint()

    assert {finding.rule for finding in report.findings} == {rule}
    assert all(finding.line > 0 for finding in report.findings)
    said = [finding for finding in report.findings if says in finding.sentence]
    assert said
    if fault not in SOMEWHERE:
        assert (said[0].file, said[0].line) == (f"playbooks/{file}", line)


def test_old_words_in_another_language_are_reported(pages):
    line = pages.write("i18n/es/account-takeover.yml", STALE)

    [found] = pages.lint().findings

    assert found.rule == "L25"
    assert (found.file, found.line) == ("playbooks/i18n/es/account-takeover.yml", line)
    assert "has changed since" in found.sentence


def test_every_rule_has_seen_a_fault():
    assert {rule for rule, *_ in FAULTS} | {"L25"} == set(LintRule)
    assert len(LintRule) == 37


@pytest.mark.parametrize(
    ("on", "severity"),
    [(date(2026, 5, 2), LintSeverity.WARNING), (date(2026, 8, 1), LintSeverity.ERROR)],
)
def test_a_late_review_is_a_warning_first_and_an_error_after_ninety_days(pages, on, severity):
    review = "reviewed: {on: 2025-11-01, by: [lived experience], next: 2026-05-01}★\n"
    pages.plant(ACCOUNT, "status: draft ", f"{review}status: draft ")

    [found] = pages.lint(on=on).findings

    assert (found.rule, found.severity) == (LintRule.REVIEWS, severity)


def test_a_fact_that_nobody_checked_is_counted_and_no_finding(pages):
    before = pages.lint().never_verified
    pages.plant(PLATFORMS, "verified_on: never\n", "verified_on: 2026-11-01★\n")

    report = pages.lint()

    assert report.never_verified == before - 1
    assert report.findings == ()


def test_words_that_turn_a_phrase_round_are_no_blame(pages):
    pages.plant(
        ACCOUNT,
        "why: Other accounts can be reset through this one.",
        "why: This is not your fault, and you need not delete anything.★",
    )

    assert pages.lint().findings == ()
