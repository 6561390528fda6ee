"""The drill's sample reports. Nobody here exists; every trouble is of a kind that people meet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from helpdesk.cases.states import ConsentKind
from helpdesk.intake.report_form_rules import ReportContent

ALL_CONSENTS = frozenset(ConsentKind)
NO_PLATFORM = ALL_CONSENTS - {ConsentKind.PLATFORM}
TAKEN, ELSE = "account-takeover", "something-else"


@dataclass(frozen=True)
class SampleReport:
    """A sample report of the drill, and how long ago it came."""

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

    def as_report_content(self) -> ReportContent:
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
        "A festival’s account was taken (the platform has decided; is it true?)",
        timedelta(days=9, hours=4),
        TAKEN,
        "Since yesterday evening someone else has been posting on our river festival’s account. "
        "They are writing to our followers and asking for money for tickets that don’t exist. We "
        "still get the emails, but the password doesn’t work any more.",
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
        "Our clinic answers tenants’ questions by direct message. This morning a colleague typed "
        "the password on a page that looked right. Now the picture has changed and we can’t get "
        "in. The messages hold names and addresses of people who are afraid of their landlords.",
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
        "seed-library",
        "A seed library’s account was taken (the platform was asked twice)",
        timedelta(hours=19),
        TAKEN,
        "A caller said they were from the platform and asked one of us for a code. Now our "
        "seed library’s account asks members for deposits, and we can’t sign in.",
        _points("none_known", "running", "others", "within_72h", "can_act")
        | {
            "profile": "@drill.seedlibrary",
            "whose": "group",
            "owner_state": "free",
            "way_in": "reset",
            "changed": ("password", "posts"),
            "inside": ("lures",),
        },
        {"safe_channel": "seeds@drill.example", "safe_times": "Mornings"},
        "instagram",
        ALL_CONSENTS,
    ),
    SampleReport(
        "night-shelter",
        "A night shelter’s account was taken (another contact has to be asked)",
        timedelta(hours=33),
        TAKEN,
        "Since yesterday our shelter’s account has been telling people that we’re closed this "
        "week. We’re open. The password and the telephone number on it aren’t ours any more.",
        _points("none_known", "running", "others", "within_72h", "can_act")
        | {
            "profile": "@drill.nightshelter",
            "whose": "group",
            "owner_state": "free",
            "way_in": "reset",
            "changed": ("password", "posts"),
            "inside": ("lures",),
        },
        {"safe_channel": "shelter@drill.example", "safe_times": "Until six in the evening"},
        "instagram",
        ALL_CONSENTS,
    ),
    SampleReport(
        "street-paper",
        "A street paper’s account was taken (the platform has to be phoned)",
        timedelta(hours=58),
        TAKEN,
        "Our street paper’s account sends our sellers to a false collection point. Two of them "
        "went there. We got an email that the address had been changed, and then nothing worked.",
        _points("none_known", "running", "others", "within_72h", "can_act")
        | {
            "profile": "@drill.streetpaper",
            "whose": "group",
            "owner_state": "free",
            "way_in": "reset",
            "changed": ("password", "posts"),
            "inside": ("lures",),
        },
        {"safe_channel": "By telephone, +00 000 0104", "safe_times": "After ten in the morning"},
        "instagram",
        ALL_CONSENTS,
    ),
    SampleReport(
        "tenants-group",
        "A tenants’ group lost its account (the platform never answered)",
        timedelta(days=5),
        TAKEN,
        "The account of our tenants’ group was taken on Sunday. It invites neighbours to a meeting "
        "that none of us called, and it has blocked the three of us who ran it.",
        _points("none_known", "running", "others", "within_72h", "can_act")
        | {
            "profile": "@drill.tenantsgroup",
            "whose": "group",
            "owner_state": "free",
            "way_in": "reset",
            "changed": ("password", "posts"),
            "inside": ("lures",),
        },
        {"safe_channel": "Signal, +00 000 0105", "safe_times": "Evenings"},
        "instagram",
        ALL_CONSENTS,
    ),
    SampleReport(
        "poetry-page",
        "A poetry page was taken (the platform has a question)",
        timedelta(days=4, hours=1),
        TAKEN,
        "Three of us run a page of poems in our language. One of us got an email about copyright "
        "and clicked, and now we have all been removed. The poems are still there, under another "
        "name.",
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
        "youth-radio",
        "A youth radio lost its account (a request waits for one of us to fill in a form)",
        timedelta(hours=6),
        TAKEN,
        "Our radio’s account was taken this morning. It shows false dates and places for our next "
        "show, and the password no longer works.",
        _points("none_known", "running", "others", "within_72h", "can_act")
        | {
            "profile": "@drill.youthradio",
            "whose": "group",
            "owner_state": "free",
            "way_in": "reset",
            "changed": ("password", "posts"),
        },
        {"safe_channel": "radio@drill.example", "safe_times": "Afternoons"},
        "x",
        ALL_CONSENTS,
    ),
    SampleReport(
        "cycling-club",
        "A cycling club lost its channel (a request waits for one of us to make a link)",
        timedelta(hours=7),
        TAKEN,
        "Someone else writes in our club’s channel since last night. They ask people for their "
        "phone numbers in our name, and I am no longer an admin.",
        _points("none_known", "running", "others", "within_72h", "can_act")
        | {
            "profile": "@drill.cyclingclub",
            "whose": "group",
            "owner_state": "free",
            "way_in": "reset",
            "changed": ("posts",),
        },
        {"safe_channel": "club@drill.example", "safe_times": "Evenings"},
        "telegram",
        ALL_CONSENTS,
    ),
    SampleReport(
        "river-watch",
        "An environment group lost its account (a request waits for a second reader)",
        timedelta(hours=20),
        TAKEN,
        "We publish measurements of the river. The account was taken over the night before our "
        "hearing, and now it shows false figures. I can still see it on the office computer.",
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
        "A student is being held, and their phone too (new, and about two things)",
        timedelta(minutes=12),
        "arrest-detention",
        "My flatmate was arrested at a demonstration this afternoon. His account came online an "
        "hour ago and is reading messages, but he can’t have his phone. All the groups of the "
        "people who organised it are on there.",
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
        "Someone is reading a union’s email (new, its time is running out)",
        timedelta(hours=1, minutes=40),
        "workspace-or-payment-fraud",
        "There’s a rule in our mailbox that forwards everything to an address we don’t know. The "
        "strike vote is in two days, and our employer knows what we write.",
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
        "A choir’s account had strange sign-ins (new)",
        timedelta(hours=7),
        TAKEN,
        "We got three emails about sign-ins from a city where none of us lives. Everything looks "
        "normal, but we don’t know what to look for.",
        _points("none_known", "unclear", "self", "open", "can_act")
        | {"whose": "shared", "way_in": "signed_in", "changed": ("nothing",), "typed": ("none",)},
        {"safe_channel": "choir@drill.example"},
        "facebook",
    ),
    SampleReport(
        "site-down",
        "A women’s shelter’s website is down (in progress)",
        timedelta(hours=15),
        "website-down",
        "Our site has shown an error since last night. The host says we’re getting too many "
        "visitors. It’s the only place where women find our number.",
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
        platform="web-host",
    ),
    SampleReport(
        "false-profile",
        "Someone is impersonating a journalist (waiting for the reporter)",
        timedelta(days=1, hours=3),
        "impersonation",
        "There’s a second profile with my name and picture. It’s writing to people I interviewed "
        "and asking where they are.",
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
        "A laptop was stolen on a train (solved and closed)",
        timedelta(days=12),
        "device-lost-seized",
        "My bag was stolen on the train with our association’s laptop in it. It has a password, "
        "but I don’t know if that’s enough.",
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
        "Someone won a prize (closed as spam)",
        timedelta(days=3, hours=9),
        ELSE,
        "CONGRATULATIONS your organisation has been chosen, send the fee today to receive your "
        "grant",
        consents=frozenset(),
    ),
    SampleReport(
        "quiet",
        "Someone in a ministry writes about their own office (in the quiet room)",
        timedelta(days=1, hours=8),
        "being-watched",
        "I shouldn’t be writing this from where I work. My private account is getting questions "
        "that only someone with access to our internal list could ask. Very few people can know "
        "that I wrote to you.",
        _points("credible", "unclear", "self", "open", "cannot_act")
        | {"watch_signs": ("knowing",), "watch_known": ("written",), "watch_who": "work"},
        {
            "safe_channel": "Only here, in this mailbox",
            "never_contact": "Nothing that rings, nothing on paper",
        },
    ),
)
