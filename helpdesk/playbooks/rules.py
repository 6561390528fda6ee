"""The rules that every page keeps, by number. A number means the same thing for ever."""

from enum import StrEnum


class Rule(StrEnum):
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

    @property
    def asks(self) -> str:
        """What the rule asks for, in a sentence."""
        return _TITLES[self]


_TITLES = {
    Rule.SCHEMA: "A page holds what the format knows, and nothing else.",
    Rule.IDS: "A name stands for one thing only.",
    Rule.REFERENCES: "Whatever a page names is there.",
    Rule.STUBS: "No sentence is still to be written.",
    Rule.CIRCLES: "Steps never wait for each other in a circle.",
    Rule.REACHABLE: "Every step and every end can be reached with some answers.",
    Rule.WAYS_OUT: "Every way through the steps comes to an end.",
    Rule.SKIPPABLE: "Every question can be skipped or answered with: I don't know.",
    Rule.LEGAL_VALUES: "An option says only what the triage table understands.",
    Rule.DANGER_FIRST: "Danger is asked about first.",
    Rule.ADVICE: "There is something to do at once, and something not to do.",
    Rule.RISKY_ADVICE: "Advice that cannot be undone says what could go wrong.",
    Rule.GATES: "A request to a platform asks for all four gates.",
    Rule.PACKETS: "What could put someone in danger never leaves in a packet.",
    Rule.FOUR_ENDS: "People leave in all four ways.",
    Rule.FLOORS: "A floor raises the level of some report.",
    Rule.NO_IMAGES: "A page about intimate images never takes the image.",
    Rule.READING_LEVEL: "What reporters read is short and plain.",
    Rule.BLAME: "No word blames a person or makes them small.",
    Rule.PLATFORM_FACTS: "What a platform does or asks stands in vocab/platforms.yml only.",
    Rule.LINKS: "Links are https, and none hides where it leads.",
    Rule.REVIEWS: "A page is read again when its day has come.",
    Rule.OLD_FACTS: "A person looked at each platform fact in the last 180 days.",
    Rule.TAGS: "Every machine tag exists in the version of its taxonomy that we name.",
    Rule.TRANSLATIONS: "A translated sentence that keeps people safe is as new as its source.",
    Rule.EXPORT: "Every page exports, and the export holds together.",
    Rule.WALKS: "At least four walk-throughs come to every end.",
    Rule.COMES_BACK: "An outcome that leaves a step open brings it back on a day.",
    Rule.SHOWN: "What an outcome claims is shown by something written down.",
    Rule.INSISTED_ON: "Evidence that a page insists on is asked for where it is taken.",
    Rule.WORDS_TO_SEND: "Whatever is said to the person has words that can be sent.",
}
