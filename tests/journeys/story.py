"""The whole story through the pages: everybody comes in, two people report, one is helped.

Every word that somebody types is a marker. No page is skipped and no script runs.
"""

import re
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

from helpdesk.accounts import operations as accounts
from helpdesk.context_assembly import RESTED
from helpdesk.core.actors import Role, operator
from helpdesk.core.codes import ReturnCode
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.settings import Surface
from tests.journeys.cast import Member, Reporter, Visitor
from tests.journeys.markers import Markers

CODE = re.compile(r"code for (?:alert emails|emails about your account): (\d{6})")
REMINDER_CODE = re.compile(r"code is (\d{6})")
PARTNERS_CODE = re.compile(r"code for emails from .*: (\d{6})")
QUEUE, OTHER_QUEUE = "first-line", "second-line"
PLATFORM, OTHER_PLATFORM = "google", "facebook"
TRUST, OTHER_TRUST = f"trust-{PLATFORM}", f"trust-{OTHER_PLATFORM}"

# How the steps of the playbook end, in order. The last ones come after the platform has answered.
BEFORE_ASKING = {
    "first-contact.acknowledge": "written",
    "first-contact.safe-channel": "mailbox",
    "first-contact.danger-again": "possible",
    "consent.agree": "agreed",
    "vetting.vouch": "confirmed",
    "rule-out": "intruder",
    "confirm-owner": "confirmed",
    "live-session": "lost",
    "save-log": "saved",
    "warn-contacts": "warned",
    "shared-page": "frozen",
}
# Only behind the draft, so that a coordinator first has to answer for a form that nobody filed.
BEHIND_THE_DRAFT = {
    "public-form": "filed",
    "prepare-request": "ready",
}
AFTER_ANSWERING = {
    "ask-platform": "sent",
    "follow-up-platform": "restored",
    "after-return": "done",
    "month-of-watching": "agreed",
    "close.read-back": "agreed",
    "close.hardening": "chosen",
    "close.care": "well_enough",
    "close.keep-or-erase": "default",
    "close.follow-up": "agreed",
    "close.lesson": "written",
    "close.way-out": "restored",
}
SKIPPED = ("first-contact.settle-answers", "reset-mailbox")


class Story:
    """Told once, chapter by chapter; afterwards everybody can still open what is theirs."""

    def __init__(self, house, plant):
        self.house, self.plant = house, plant
        self.everybody = []
        # What people are called by colleagues stands in clear.
        self.in_clear = Markers(plant.seed + 1)
        self.request = self.run = None

    def tell(self):
        self.the_coordinator_is_found()
        self.everybody_comes_in()
        self.partners_are_known()
        self.two_people_report()
        self.the_case_is_taken_and_judged()
        self.words_go_both_ways()
        self.the_playbook_is_worked_through()
        self.the_platform_is_asked()
        self.the_platform_answers()
        self.the_reporter_has_the_last_word()
        self.the_case_is_closed()
        self.the_other_case_goes_on()
        self.its_reporter_is_told_by_email()
        self.things_go_wrong()
        self.an_address_changes()
        self.everybody_reads_once_more()
        return self

    # --- coming in -------------------------------------------------------------------------------

    def the_coordinator_is_found(self):
        self.leads_address = self.plant.mail("mail address")
        with self.house.desk().begin(operator("shell")) as work:
            founded = accounts.set_up_helpdesk(
                work,
                queue=QUEUE,
                queue_name="First line",
                handle="coordinator",
                name="Coordinator",
                email=self.leads_address,
            )
            _operator, code = accounts.invite_person(
                work,
                handle="operator",
                name="Operator",
                role=Role.OPERATOR,
                email=self.plant.mail("mail address"),
            )
        self._member("coordinator", founded.enrolment_code).enrol().recover().sign_in()
        self._member("operator", code).enrol().sign_in()
        self._confirms(self.coordinator)

    def everybody_comes_in(self):
        lead = self.coordinator
        lead.open("/people/queue")
        lead.send("/people/queue", answers={"name": "Second line", "slug": OTHER_QUEUE})
        lead.expect(200)
        for who, team in (("responder", QUEUE), ("second", QUEUE), ("outsider", OTHER_QUEUE)):
            # Whoever gives a code lets nobody in with it: the coordinator does that.
            code = self._invited(self.operator, who, "responder", team)
            self._member(who, code).enrol().sign_in()
        lead.open("/colleagues")
        for action in lead.actions("/key"):
            lead.send(action)
            lead.expect(200)
        address = {"email": self.leads_address, "current": lead.passphrases[-1]}
        lead.open("/account/mailbox")
        lead.send("/account/mailbox", answers=address)
        lead.expect(200)
        for who in (lead, self.responder, self.second):
            who.open("/duty")
            who.send("/duty/shift", answers={"hours": "4"})
            who.expect(200)

    def partners_are_known(self):
        lead = self.coordinator
        today = datetime.now(UTC).date().isoformat()
        for who, slug, platform in (
            ("trust", TRUST, PLATFORM),
            ("other_trust", OTHER_TRUST, OTHER_PLATFORM),
        ):
            lead.open("/partners/new")
            answers = {
                "name": f"Trust team of {platform}",
                "slug": slug,
                "platform": platform,
                "mailbox": self.plant.mail("partner's mail address"),
                "asks": ["restore", "lock", "remove", "preserve", "review"],
                "timezone": "Europe/Lisbon",
                "reach_us": "Drill helpdesk, +1 555 0100",
                "fields": list(BY_NAME),
            }
            lead.send("/partners", answers=answers)
            lead.expect(200)
            code = self._invited(lead, who, "partner", slug)
            member = self._member(who, code, Surface.PARTNER).enrol().sign_in()
            # The coordinator registered them and gave the code: a second person vets them.
            self.responder.open(f"/partners/{slug}")
            self.responder.send(f"/partners/{slug}/vetting", answers={"on": today})
            self.responder.expect(200)
            # One reads the code out to the coordinator, the other types it at their desk.
            page, types = f"/partners/{slug}/mailbox", lead
            if who == "other_trust":
                page, types = f"/mail/{slug}", member
            self._work_off("deliveries")
            self._types_the_code(page, types, PARTNERS_CODE, said="address is confirmed")

    def _invited(self, by, handle, role, team):
        by.open("/people/invitation")
        name = f"{handle.title()} {self.in_clear.word('name of staff')}"
        answers = {"handle": handle, "name": name, "role": role, "teams": [team]}
        answers["email"] = self.plant.mail("mail address")
        by.send("/people/invitation", answers=answers)
        return by.expect(201).in_letters()

    def _member(self, handle, code, surface=Surface.STAFF):
        member = Member(self.house, self.plant, handle, code, surface)
        # Whoever handed the code out has seen it; for the first two that was a shell.
        member.read.append(code)
        setattr(self, handle, member)
        self.everybody.append(member)
        return member

    # --- reporting -------------------------------------------------------------------------------

    def two_people_report(self):
        m = self.plant
        self.reporter, self.neighbour = (
            Reporter(self.house, m, who) for who in ("reporter", "neighbour")
        )
        self.everybody += [self.reporter, self.neighbour]
        self.reporter.report(
            {"what": "account-takeover", "q_danger": "none_known", "q_hold": "running"},
            {
                "q_platform": PLATFORM,
                "q_way_in": "signed_in",
                "q_inside": ["people", "lures"],
            },
            {
                "story": self._a_story(),
                "safe_channel": f"Signal {m.phone('phone number')}, {m.word('name')}",
                "safe_times": f"After {m.word('contact')}, never at {m.word('place')}",
                "never_contact": f"{m.phone('phone number')} {m.mail('mail address of theirs')}",
                "consents": ["help", "keep", "helper", "platform"],
            },
        )
        self.neighbour.report(
            {"what": "something-else", "q_hold": "unclear"},
            {
                "q_noticed": f"It was {m.words('story', 3)}",
                "q_place": f"{m.handle('handle')} {m.link('profile address')}",
                "q_about": ["device", "watched"],
            },
            {
                "story": self._a_story(),
                "safe_channel": m.mail("mail address of theirs"),
                "safe_times": m.word("contact"),
                "never_contact": f"{m.word('name')}, {m.phone('phone number')}",
                "consents": ["help"],
            },
        )

    def _a_story(self):
        m = self.plant
        return (
            f"I am {m.word('name')} {m.word('name')} of {m.word('organisation')}"
            f" {m.word('organisation')} in {m.word('place')}, {m.word('place')}.\n"
            f"With {m.word('name')} I wrote about {m.word('name')}, {m.word('organisation')}.\n\n"
            f"On {m.word('story')} somebody said: “{m.words('story', 8)}.”\n"
            f"My child {m.word('name')} saw {m.words('story', 4)}."
            f" Call {m.phone('phone number')} or {m.mail('mail address of theirs')}."
        )

    # --- working ---------------------------------------------------------------------------------

    def the_case_is_taken_and_judged(self):
        m, case = self.plant, f"/cases/{self.reporter.ref}"
        responder, lead = self.responder, self.coordinator
        responder.open(case)
        responder.send(f"{case}/assignment")
        responder.expect(200).open(f"{case}/answers")
        profile = f"{m.link('profile address')} {m.handle('handle')}"
        responder.send(f"{case}/answers", answers={"q-danger": "credible", "q-profile": profile})
        responder.expect(200).open(f"{case}/level")
        reason = {"level": "immediate", "reason": m.words("reason", 3)}
        responder.send(f"{case}/level", answers=reason)
        responder.expect(200).open(f"{case}/level")
        responder.send(f"{case}/lowering", answers={"why_lower": m.words("reason", 3)})
        lead.open("/approvals")
        assert case in lead.text
        self._open(lead, case)
        lead.send(f"{case}/lowering/decision", answers={"granted": "yes"})
        lead.expect(200)
        assert "Lowered by two colleagues" in lead.plain
        self._work_off("notices")

    def words_go_both_ways(self):
        m, case = self.plant, f"/cases/{self.reporter.ref}"
        self._say(self.responder, case)
        self.responder.send(
            f"{case}/messages",
            answers={"message_text": m.words("message to them", 5), "then_wait": "y"},
        )
        self._call(self.responder, case)
        self.reporter.come_back().write(m.words("message from them", 6))
        self.reporter.write(f"{m.words('message from them', 3)} {m.link('profile address')}")
        self.reporter.open("/mailbox/case/questions")
        self.reporter.send("/mailbox/case/questions", answers={"q_profile": m.handle("handle")})
        self.reporter.expect(200)
        self.reporter.leave_mailbox()
        page = self._open(self.responder, case)
        person = re.search(r'<option value="(\w+)"[^>]*>\W*Second ', page)
        handing = {"hand_to": person[1], "handover_note": m.words("note", 3)}
        self.responder.send(f"{case}/handover", answers=handing)
        self.responder.expect(200)
        self._open(self.second, case)
        self.second.send(f"{case}/release", answers={"release_note": m.words("note", 3)})
        self.second.expect(200)
        self._open(self.responder, case)
        self.responder.send(f"{case}/assignment")
        self.responder.expect(200)

    def _say(self, who, case):
        """A message and a note."""
        self._open(who, case)
        words = f"Dear {self.plant.word('name')}, {self.plant.words('message to them', 4)}"
        who.send(f"{case}/messages", answers={"message_text": words})
        who.expect(200)
        note = f"**{self.plant.word('note')}** {self.plant.words('note', 4)}"
        who.send(f"{case}/notes", answers={"note_text": note})
        who.expect(200)

    def _call(self, who, case):
        """What was said in a call."""
        self._open(who, case)
        said = {"way": "telephone", "spoke_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"}
        said |= {"reached": "yes", "summary": self.plant.words("note", 4)}
        who.send(f"{case}/conversations", answers=said)
        who.expect(200)

    def _open(self, who, address):
        who.open(address)
        who.expect(200)
        return who.text

    def the_playbook_is_worked_through(self):
        case = f"/cases/{self.reporter.ref}"
        self._open(self.responder, case)
        self.responder.send(f"{case}/runs", answers={"playbook": "account-takeover"})
        self.run = self.responder.expect(200).address
        self._do_steps(self.responder, self.run, BEFORE_ASKING)
        for step in SKIPPED:
            self.responder.open(f"{self.run}?step={step}")
            reason = {"reason": self.plant.words("reason", 2)}
            self.responder.send(f"{self.run}/steps/{step}/skip", answers=reason)
            self.responder.expect(200)
        self.responder.send(f"{self.run}/steps/save-log/reopening")
        self.responder.expect(200)
        self._do_steps(self.responder, self.run, {"save-log": "saved"})

    def _do_steps(self, who, run, steps):
        """Each with a note, and with a marker in every place for evidence."""
        for step, outcome in steps.items():
            who.open(f"{run}?step={step}")
            action = f"{run}/steps/{step}/outcome"
            evidence = {name for name, _ in who.form(action).fields if name.startswith("evidence-")}
            answers = {name: self._evidence(name) for name in sorted(evidence)}
            answers |= {"outcome": outcome, "note": self.plant.words("note", 2)}
            who.send(action, answers=answers)
            who.expect(200)
            if who.address == run:
                who.open(run)

    def _evidence(self, name):
        m = self.plant
        match name.removeprefix("evidence-"):
            case "profile-url":
                return m.link("evidence")
            case "known-contact" | "restore-address":
                return m.mail("evidence")
            case _:
                return m.words("evidence", 2)

    # --- asking ----------------------------------------------------------------------------------

    def the_platform_is_asked(self):
        m, requests = self.plant, f"/cases/{self.reporter.ref}/requests"
        responder, lead = self.responder, self.coordinator
        responder.open(f"{requests}/new?partner={TRUST}&ask=restore")
        responder.expect(200)
        answers = self._packet(responder, requests)
        number = {"public_form_ref": answers.pop("public_form_ref")}
        answers |= {"target_kind": "account", "keep_quiet": "both"}
        responder.send(requests, answers=answers)
        self.request = responder.expect(200).address
        ref = self.request.rsplit("/", 1)[1]
        self.reporter.come_back(as_letters=True).open(f"/mailbox/case/requests/{ref}")
        self.reporter.expect(200).leave_mailbox()
        lead.open(self.request)
        lead.send(f"{self.request}/waiver", answers={"waiver": m.words("reason", 3)})
        lead.expect(200)
        self._do_steps(responder, self.run, BEHIND_THE_DRAFT)
        responder.open(f"{self.request}/packet")
        change = {"harm": m.words("packet", 3), "context": m.words("packet", 2)} | number
        responder.send(f"{self.request}/packet", answers=change)
        responder.expect(200)
        # The coordinator has waived the form, and so had a part in it.
        self.second.open(self.request)
        self.second.send(f"{self.request}/approval")
        self.second.expect(200)
        assert self.house.has_rung("deliveries"), "the worker is told to look"
        self._work_off("deliveries")
        responder.open(self.request)
        stopped = {"step": "nudge", "change": "stop", "reason": m.words("reason", 3)}
        responder.send(f"{self.request}/follow-ups", answers=stopped)
        responder.expect(200)
        called = {"result": "reached", "note": m.words("note", 3)}
        responder.send(f"{self.request}/calls", answers=called)
        responder.expect(200)

    def _packet(self, who, action):
        """A marker in every field of a packet that can be written. The account is the one that was
        confirmed: no other is given back."""
        fields = {name for name, _ in who.form(action).fields} & set(BY_NAME)
        typed = {name for name in fields if not BY_NAME[name].choices}
        assert len(typed) >= 10
        return {
            name: self.plant.mail("packet")
            if name == "restore_address"
            else f"{self.plant.words('packet', 2)}."
            for name in sorted(typed - {"target_url"})
        }

    def the_platform_answers(self):
        m, trust, responder = self.plant, self.trust, self.responder
        where = "/requests/" + self.request.rsplit("/", 1)[1]
        trust.open("/inbox")
        trust.open(where)
        trust.send(f"{where}/acknowledgement")
        trust.expect(200).send(f"{where}/ticket", answers={"ticket": m.words("ticket", 2)})
        for number in range(3):
            trust.expect(200).send(
                f"{where}/question", answers={"question": m.words("question", 4)}
            )
            trust.expect(200)
            responder.open(self.request)
            answer = {"words": m.words("answer", 4)}
            responder.send(f"{self.request}/answer", answers=answer)
            responder.expect(200)
            if number < 2:  # the last one is decided before a second person sends it
                self.second.open(self.request)
                self.second.send(f"{self.request}/answer/approval")
                self.second.expect(200)
            trust.open(where)
        decision = {"action": "access_restored", "reason": "policy_breach"}
        decision["note"] = m.words("decision", 4)
        trust.send(f"{where}/decision", answers=decision)
        trust.expect(200)
        self._work_off("notices")

    def the_reporter_has_the_last_word(self):
        reporter = self.reporter
        ref = self.request.rsplit("/", 1)[1]
        reporter.come_back().open(f"/mailbox/case/requests/{ref}")
        answers = {"verdict": "confirmed"}
        reporter.send(f"/mailbox/case/requests/{ref}/verification", answers=answers)
        reporter.expect(200).write(self.plant.words("message from them", 3))

    def the_case_is_closed(self):
        case, responder = f"/cases/{self.reporter.ref}", self.responder
        self._do_steps(responder, self.run, AFTER_ANSWERING)
        self._open(responder, case)
        responder.send(f"{case}/messages/reading")
        responder.expect(200)
        day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
        closing = {"outcome": "resolved", "follow_up_on": day}
        closing["closing_note"] = self.plant.words("note", 3)
        responder.send(f"{case}/closure", answers=closing)
        responder.expect(200)
        assert "Closed as resolved" in responder.plain

    def the_other_case_goes_on(self):
        """A second case in the same queue, with a request that is taken back."""
        m, case, second = self.plant, f"/cases/{self.neighbour.ref}", self.second
        second.open("/duty")
        second.send(f"/queues/{QUEUE}/next")
        assert second.expect(200).address == case
        self._say(second, case)
        second.send(f"{case}/runs", answers={"playbook": "something-else"})
        run = second.expect(200).address
        steps = {
            "first-contact.acknowledge": "written",
            "first-contact.safe-channel": "mailbox",
            "first-contact.danger-again": "no_danger",
            "listen": "understood",
            "keep-traces": "kept",
        }
        self._do_steps(second, run, steps)
        second.open(f"{case}/requests/new?partner={OTHER_TRUST}&ask=review&playbook=something-else")
        second.send(f"{case}/requests", answers=self._packet(second, f"{case}/requests"))
        request = second.expect(200).address
        self.responder.open(request)
        sent_back = {"reason": m.words("reason", 3)}
        self.responder.send(f"{request}/sending-back", answers=sent_back)
        self.responder.expect(200)
        second.open(request)
        second.send(f"{request}/withdrawal")
        second.expect(200)
        self.neighbour.come_back().write(m.words("message from them", 4))

    def its_reporter_is_told_by_email(self):
        neighbour, page = self.neighbour, "/mailbox/case/reminders"
        neighbour.open(page)
        asked = {"address": self.plant.mail("address for reminders")}
        neighbour.send(page, answers=asked | {"subject": "list", "sender": "notes"})
        neighbour.expect(200)
        self._work_off("reminders")
        self._types_the_code(page, neighbour, REMINDER_CODE, said="Email reminders are on")
        self._say(self.second, f"/cases/{neighbour.ref}")
        self._work_off("reminders")
        assert "t opened their mailbox since" in self._open(self.second, f"/cases/{neighbour.ref}")
        neighbour.open("/mailbox/case")
        neighbour.expect(200)
        assert "t opened their mailbox since" not in self._open(
            self.second, f"/cases/{neighbour.ref}"
        )

    # --- and the rest ----------------------------------------------------------------------------

    def things_go_wrong(self):
        """What is typed where it goes wrong comes back to who typed it, and stays nowhere."""
        m, reporter, body = self.plant, self.reporter, "/mailbox/case/messages"
        self._mistyped_codes()
        reporter.open("/mailbox/case")
        too_long = f"{m.words('mistake', 2)} {'and so on ' * 5_001}"
        reporter.send(body, answers={"body": too_long})
        reporter.expect(422).note()
        reporter.open("/mailbox/case")
        answers = {"body": m.words("mistake", 2), "csrf_token": "an old one"}
        reporter.send(body, answers=answers)
        reporter.expect(400).note()
        with self.house.broken(Surface.PUBLIC, "intake.create_message", "body"):
            reporter.open("/mailbox/case")
            reporter.send(body, answers={"body": m.words("mistake", 2)})
            reporter.expect(500).note()
        reporter.open("/mailbox/case")
        form = reporter.form(body)
        self.house.postgres.stop()
        words = m.words("mistake", 2)
        with self.house.as_in_production(Surface.PUBLIC):
            fields = [("body", words), *(one for one in form.fields if one[0] == "csrf_token")]
            reporter.answer = reporter.post(body, fields)
        reporter.expect(503).note()
        self.house.postgres.start()
        time.sleep(RESTED)  # whoever comes at once may be told to try again
        # The mailbox has closed while they wrote: they give the code, and what they wrote is sent.
        reporter.open("/mailbox/case")
        reporter.client.delete_cookie(reporter.client.application.config["DOOR_COOKIE_NAME"])
        reporter.send(body, answers={"body": m.words("message from them", 3)})
        code = {"code": " ".join(reporter.code.words)}
        reporter.expect(403).send("/mailbox", answers=code)
        reporter.expect(200).send(body)
        reporter.expect(200)
        self.responder.open(f"/cases/{m.word('mistaken address')}?after={m.word('mistake')}")
        self.responder.expect(404)

    def _mistyped_codes(self):
        m, code = self.plant, ReturnCode.new()
        stranger = Visitor(self.house, m, Surface.PUBLIC, "stranger")
        for typed in (" ".join(code.words), code.letters):
            stranger.open("/mailbox")
            stranger.send("/mailbox", answers={"code": m.add("mistyped code", typed)})
            stranger.expect(422).note()
        at_door = Visitor(self.house, m, Surface.STAFF, "stranger at the door")
        self.everybody += [stranger, at_door]
        at_door.open("/sign-in")
        typed = {"handle": m.word("mistyped name"), "passphrase": m.words("mistyped phrase", 7)}
        at_door.send("/sign-in", answers=typed)
        at_door.expect(422).note()
        # The database refuses this name, with words that hold it.
        with self.house.as_in_production(Surface.STAFF):
            at_door.send("/sign-in", answers=typed | {"handle": f"{m.word('mistake')}\0"})
        at_door.note()

    def everybody_reads_once_more(self):
        """Nothing new: that what was typed is there, for those whom it is for."""
        self.house.tick()
        for who, case in ((self.responder, self.reporter.ref), (self.second, self.neighbour.ref)):
            self._open(who, f"/cases/{case}")
        self._open(self.responder, self.run)
        self._open(self.responder, self.request)
        for who in (self.coordinator, self.trust):
            self._open(who, "/account")
        for slug in (TRUST, OTHER_TRUST):
            self._open(self.coordinator, f"/partners/{slug}")
        self._open(self.coordinator, "/outbox")

    def an_address_changes(self):
        """Its letters have not left yet: the code and the address before lie in the database."""
        with self.house.as_superuser() as connection:
            connection.execute("UPDATE sending SET held_since = now(), held_because = 'said'")
        lead = self.coordinator
        lead.open("/account/mailbox")
        answers = {"email": self.plant.mail("mail address"), "current": lead.passphrases[-1]}
        lead.send("/account/mailbox", answers=answers)
        lead.expect(200)
        assert "t sent the code to" in lead.plain
        page = f"/partners/{TRUST}/mailbox"
        lead.open(page)
        lead.send(page, answers={"mailbox": self.plant.mail("partner's mail address")})
        lead.expect(200)
        assert "t sent the email with the code yet" in lead.plain

    def _confirms(self, member):
        """They read the test letter, and type its code: alarms go to no address before."""
        self._work_off("notices")
        self._types_the_code("/account/mailbox", member, CODE, said="Your address is confirmed")

    def _types_the_code(self, page, member, subject, *, said):
        letters = (self.house.folder / "instance" / "outbox").glob("*.eml")
        read = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in letters]
        codes = [subject.search(f"{one['Subject']} {one.get_content()}") for one in read]
        for code in filter(None, codes):
            member.open(page)
            member.send(f"{page}/confirmation", answers={"code": code[1]})
            member.expect(200)
            if said in member.plain:
                return
        raise AssertionError("no letter had the code")

    def _work_off(self, queue):
        self.house.tick()
        self.house.work_off(queue)

    @property
    def members(self):
        return [one for one in self.everybody if isinstance(one, Member)]

    @property
    def reporters(self):
        return [one for one in self.everybody if isinstance(one, Reporter)]

    @property
    def pages(self):
        """All that was read, by everybody."""
        return "\n".join(page for one in self.everybody for page in one.read)
