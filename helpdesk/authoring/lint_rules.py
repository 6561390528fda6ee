"""The register of lint rules, by number. A number means the same thing for ever."""

from enum import StrEnum


class LintRule(StrEnum):
    """A rule of the lint. Reading itself holds up some; the others look at what was read."""

    SCHEMA = "L01"
    IDS = "L02"
    REFERENCES = "L03"
    STUBS = "L04"
    CIRCLES = "L05"
    REACHABLE = "L06"
    WAYS_OUT = "L07"
    SKIPPABLE = "L08"
    LEGAL_VALUES = "L09"
    DANGER_FIRST = "L10"
    ADVICE = "L11"
    RISKY_ADVICE = "L12"
    GATES = "L13"
    PACKETS = "L14"
    FOUR_ENDS = "L15"
    FLOORS = "L16"
    NO_IMAGES = "L17"
    READING_LEVEL = "L18"
    BLAME = "L19"
    PLATFORM_FACTS = "L20"
    LINKS = "L21"
    REVIEWS = "L22"
    OLD_FACTS = "L23"
    TAGS = "L24"
    TRANSLATIONS = "L25"
    EXPORT = "L26"
    WALKS = "L27"
    COMES_BACK = "L28"
    SHOWN = "L29"
    INSISTED_ON = "L30"
    WORDS_TO_SEND = "L31"
    AT_STAKE = "L32"
    FITS_WHAT_WAS_SAID = "L33"
    DANGER_NAMED = "L34"
    SAID_TO_BE_SOON = "L35"
    SAID_ONCE = "L36"
    REQUEST_SENT = "L37"

    @property
    def requirement(self) -> str:
        """What the rule asks for, in a sentence."""
        return _TITLES[self]


_TITLES = {
    LintRule.SCHEMA: "A page holds what the format knows, and nothing else.",
    LintRule.IDS: "A name stands for one thing only.",
    LintRule.REFERENCES: "Everything a page names exists.",
    LintRule.STUBS: "No sentence is left to be written.",
    LintRule.CIRCLES: "Steps never wait for each other in a circle.",
    LintRule.REACHABLE: "Every step and every end can be reached with some answers.",
    LintRule.WAYS_OUT: "Every way through the steps comes to an end.",
    LintRule.SKIPPABLE: "Every question can be skipped or answered with: I don’t know.",
    LintRule.LEGAL_VALUES: "An option says only what the triage table understands.",
    LintRule.DANGER_FIRST: "Danger is asked about first.",
    LintRule.ADVICE: "There is something to do at once, and something not to do.",
    LintRule.RISKY_ADVICE: "Advice that cannot be undone says what could go wrong.",
    LintRule.GATES: "A request to a platform asks for all four gates.",
    LintRule.PACKETS: "What could put someone in danger never leaves in a packet.",
    LintRule.FOUR_ENDS: "People leave in all four ways.",
    LintRule.FLOORS: "A floor raises the level of some report.",
    LintRule.NO_IMAGES: "A page about intimate images never takes the image.",
    LintRule.READING_LEVEL: "What reporters read is short and plain.",
    LintRule.BLAME: "No word blames a person or makes them small.",
    LintRule.PLATFORM_FACTS: "What a platform does or asks is only in vocab/platforms.yml.",
    LintRule.LINKS: "Links are https, and none hides where it leads.",
    LintRule.REVIEWS: "A page is read again when its day has come.",
    LintRule.OLD_FACTS: "A person looked at each platform fact in the last 180 days.",
    LintRule.TAGS: "Every machine tag exists in the version of its taxonomy that we name.",
    LintRule.TRANSLATIONS: "A translated sentence that keeps people safe is as new as its source.",
    LintRule.EXPORT: "Every page exports, and the export holds together.",
    LintRule.WALKS: "At least four walk-throughs come to every end.",
    LintRule.COMES_BACK: "An outcome that leaves a step open brings it back on a day.",
    LintRule.SHOWN: "What an outcome claims is shown by something written down.",
    LintRule.INSISTED_ON: "Evidence that a page insists on is asked for where it is taken.",
    LintRule.WORDS_TO_SEND: "Everything said to the person has words that can be sent.",
    LintRule.AT_STAKE: "Advice says what is lost if it is followed late.",
    LintRule.FITS_WHAT_WAS_SAID: "No advice goes against what the person said.",
    LintRule.DANGER_NAMED: "An answer that raises the level has a line of advice of its own.",
    LintRule.SAID_TO_BE_SOON: "What keeps people safe now or today is among the first lines.",
    LintRule.SAID_ONCE: "Lines of one topic say the same, and there are two or more of them.",
    LintRule.REQUEST_SENT: "A step that asks a partner has one outcome for: it is on its way.",
}
