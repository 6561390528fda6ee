"""What frightened people type first, and the kind of trouble that must then stand on top."""

SEARCHES = {
    "hacked": "account-takeover",
    "locked out": "account-takeover",
    "my photos": "intimate-images",
    "they took my phone": "device-lost-seized",
    "police arrested my friend": "arrest-detention",
    "whatsapp code": "messenger-hijack",
    "someone made a fake profile of me": "impersonation",
    "our site is down": "website-down",
    "my address is online": "doxing",
    "strange link": "suspicious-message",
    "they threaten to kill me": "harassment-threats",
    "i am being followed": "being-watched",
    "cannot open our files": "files-locked-or-lost",
    "they deleted our page": "account-suspended",
}
