"""The drill's sample reports. Nobody here exists; every trouble is of a kind that people meet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from helpdesk.cases.states import ConsentKind
from helpdesk.intake.report import ReportContent

ALL_CONSENTS = frozenset(ConsentKind)
NO_PLATFORM = ALL_CONSENTS - {ConsentKind.PLATFORM}
TAKEN, ELSE = "account-takeover", "something-else"


@dataclass(frozen=True)
class SampleReport:
    """One report of the drill, and how long ago it came."""

    id: str
    trouble: str
    ago: timedelta
    kind: str
    words: str
    answers: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    contact: Mapping[str, str] = field(default_factory=dict)
    platform: str | None = None
    consents: frozenset[ConsentKind] = NO_PLATFORM
    also: tuple[str, ...] = ()

    def told(self) -> ReportContent:
        """The same as the report form would hand over."""
        contact = {"safe_channel": "", "safe_times": "", "never_contact": ""} | dict(self.contact)
        answers: dict[str, str | tuple[str, ...] | None] = dict(self.answers)
        if self.platform:
            answers["platform"] = self.platform
        return ReportContent(
            kinds=(self.kind, *self.also),
            answers=answers,
            story=self.words,
            contact=contact,
            consents=self.consents,
            platform=self.platform,
        )


def _points(danger: str, hold: str, reach: str, clock: str, capacity: str) -> dict[str, str]:
    return {"danger": danger, "hold": hold, "reach": reach, "clock": clock, "capacity": capacity}


STORIES = (
    SampleReport(
        "water-festival",
        "A festival's account was taken (the platform has decided; is it true?)",
        timedelta(days=9, hours=4),
        TAKEN,
        "Since yesterday evening somebody else posts on the account of our river festival. They "
        "write to people who follow us and ask for money for tickets that do not exist. We still "
        "get the mails, but the password does not work any more.",
        _points("none_known", "running", "others", "within_72h", "can_act")
        | {
            "profile": "@drill.riverfestival",
            "whose": "group",
            "owner_state": "free",
            "way_in": "reset",
            "changed": ("password", "posts"),
            "inside": ("lures",),
        },
        {"safe_channel": "festival@drill.example", "safe_times": "Any time before eight"},
        "instagram",
        ALL_CONSENTS,
    ),
    SampleReport(
        "legal-clinic",
        "A legal clinic is locked out (with the platform)",
        timedelta(hours=3, minutes=40),
        TAKEN,
        "Our clinic answers questions of tenants by direct message. This morning a colleague typed "
        "the password on a page that looked right. Now the picture is another one and we cannot "
        "get in. In the messages are names and addresses of people who fear their landlords.",
        _points("credible", "running", "others", "open", "cannot_act")
        | {
            "profile": "@drill.tenantclinic",
            "whose": "group",
            "owner_state": "free",
            "way_in": "none",
            "changed": ("password", "contact", "looks"),
            "typed": ("password", "code"),
            "inside": ("people",),
        },
        {
            "safe_channel": "Signal, +00 000 0100",
            "safe_times": "Weekdays from nine to five",
            "never_contact": "The account that was taken",
        },
        "instagram",
        ALL_CONSENTS,
    ),
    SampleReport(
        "poetry-page",
        "A poetry page was taken (the platform has a question)",
        timedelta(days=4, hours=1),
        TAKEN,
        "Three of us run a page with poems in our language. One of us got a mail about copyright, "
        "clicked, and now we are all removed. The poems are still there but under another name.",
        _points("none_known", "running", "others", "open", "cannot_act")
        | {
            "profile": "@drill.poems",
            "whose": "shared",
            "owner_state": "free",
            "way_in": "none",
            "changed": ("contact", "looks", "admins"),
            "typed": ("password",),
        },
        {"safe_channel": "poems@drill.example", "safe_times": "Evenings"},
        "instagram",
        ALL_CONSENTS,
    ),
    SampleReport(
        "river-watch",
        "An environment group lost its account (a request waits for a second reader)",
        timedelta(hours=20),
        TAKEN,
        "We publish measurements of the river. The account was taken the night before our hearing "
        "and shows wrong numbers now. I can still see it on the office computer.",
        _points("none_known", "running", "others", "within_72h", "can_act")
        | {
            "profile": "@drill.riverwatch",
            "whose": "group",
            "owner_state": "free",
            "way_in": "signed_in",
            "changed": ("posts",),
        },
        {"safe_channel": "Signal, +00 000 0101", "safe_times": "Always"},
        "instagram",
        ALL_CONSENTS,
    ),
    SampleReport(
        "student-held",
        "A student is held and the phone with them (new, and about two things)",
        timedelta(minutes=12),
        "arrest-detention",
        "My flatmate was taken from a demonstration this afternoon. Since an hour the account is "
        "online and reads messages, but he cannot have his phone. In it are the groups of "
        "everybody who organised it.",
        _points("imminent", "running", "others", "within_72h", "cannot_act")
        | {
            "arrest_state": "held_unknown",
            "arrest_asker": "friend",
            "arrest_told": ("nobody",),
            "arrest_devices": ("phone",),
            "arrest_seen": ("online",),
            "whose": "someone_else",
            "owner_state": "held",
            "inside": ("people",),
        },
        {
            "safe_channel": "flatmate@drill.example",
            "safe_times": "Now, and all night",
            "never_contact": "Do not write to any number that I wrote to before",
        },
        also=(TAKEN,),
    ),
    SampleReport(
        "union-mail",
        "A union's mailbox is read by somebody (new, its time is running out)",
        timedelta(hours=1, minutes=40),
        "workspace-or-payment-fraud",
        "In our mailbox there is a rule that forwards everything to an address we do not know. The "
        "vote on the strike is in two days and the employer knows what we write.",
        _points("none_known", "running", "others", "within_72h", "can_act")
        | {
            "office_domain": "union.drill.example",
            "office_money": "none",
            "office_admin": "several",
            "office_signs": ("forwarding",),
        },
        {"safe_channel": "By telephone, +00 000 0102", "safe_times": "After six in the evening"},
        "google",
    ),
    SampleReport(
        "choir",
        "A choir's account had strange sign-ins (new)",
        timedelta(hours=7),
        TAKEN,
        "We got three mails about sign-ins from a city where none of us lives. Everything looks "
        "normal, but we do not know what to look for.",
        _points("none_known", "unclear", "self", "open", "can_act")
        | {"whose": "shared", "way_in": "signed_in", "changed": ("nothing",), "typed": ("none",)},
        {"safe_channel": "choir@drill.example"},
        "facebook",
    ),
    SampleReport(
        "site-down",
        "The site of a women's shelter cannot be reached (in work)",
        timedelta(hours=15),
        "website-down",
        "Our site shows an error since last night. The host says that we get too many visitors. "
        "Women find our number there, and the number only.",
        _points("credible", "running", "others", "open", "cannot_act")
        | {
            "site_address": "shelter.drill.example",
            "site_seen": "error",
            "site_for_whom": "everyone",
            "site_since": "hours",
            "site_told": "traffic",
            "site_keeper": "gone",
            "site_around": ("none",),
        },
        {"safe_channel": "office@drill.example", "never_contact": "The number on the site"},
    ),
    SampleReport(
        "false-profile",
        "Somebody copies a journalist (waits for the reporter)",
        timedelta(days=1, hours=3),
        "impersonation",
        "There is a second profile with my name and picture. It writes to people I interviewed and "
        "asks where they are.",
        _points("credible", "running", "others", "open", "can_act")
        | {
            "fakeme_kind": "profile",
            "fakeme_does": ("asks",),
            "fakeme_own": "mine",
            "fakeme_whom": ("sources",),
            "fakeme_proof": "yes",
            "fakeme_hidden": "no",
        },
        {"safe_channel": "Signal, +00 000 0103", "safe_times": "Mornings"},
    ),
    SampleReport(
        "old-laptop",
        "A laptop was stolen in a train (solved and closed)",
        timedelta(days=12),
        "device-lost-seized",
        "My bag was stolen in the train with the laptop of our association. It has a password, but "
        "I do not know whether that is enough.",
        _points("none_known", "ended", "others", "open", "can_act")
        | {
            "seized_how": "stolen",
            "seized_what": ("computer",),
            "seized_state": "locked",
            "seized_on_it": ("accounts",),
            "seized_back": "not_back",
            "owner_state": "free",
        },
        {"safe_channel": "association@drill.example"},
    ),
    SampleReport(
        "prize",
        "Somebody won a prize (closed as spam)",
        timedelta(days=3, hours=9),
        ELSE,
        "CONGRATULATIONS your organisation was chosen, send the fee today to receive your grant",
        consents=frozenset(),
    ),
    SampleReport(
        "quiet",
        "Somebody in a ministry writes about their own office (in the quiet room)",
        timedelta(days=1, hours=8),
        "being-watched",
        "I work where I should not write this from. My private account gets questions that only "
        "somebody with access to our internal list could ask. Few people may know that I wrote.",
        _points("credible", "unclear", "self", "open", "cannot_act")
        | {"watch_signs": ("knowing",), "watch_known": ("written",), "watch_who": "work"},
        {
            "safe_channel": "Only here, in this mailbox",
            "never_contact": "Nothing that rings, nothing on paper",
        },
    ),
)
