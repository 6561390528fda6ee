"""The OpenPGP key of the drill's CERT. Its secret half was thrown away as it was made: what is
encrypted to it can be sent and looked at, and is read by nobody."""

from typing import Final

FINGERPRINT: Final = "D304139988BFFD9DFEAE54B8542F5E5DB6BECC10"
KEY: Final = """\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEaVt9kBYJKwYBBAHaRw8BAQdAz3Lpdgo41yp8phJHMEBHYVQZmzxgMQoQ12dK
YoPus1K0JERyaWxsIENFUlQgPGNlcnRAY2VydC5kcmlsbC5leGFtcGxlPoiQBBMW
CAA4FiEE0wQTmYi//Z3+rlS4VC9eXba+zBAFAmlbfZACGwMFCwkIBwIGFQoJCAsC
BBYCAwECHgECF4AACgkQVC9eXba+zBBaBwEAvXHL1Pwlz+lpl8BG6zZyqxeRbDPa
VjZhsVaVkkwLlnEBAIMduL/btevZfGgKN20YQDJT0tbM2PS6FTG2gVrzTrUGuDgE
aVt9kBIKKwYBBAGXVQEFAQEHQKjQhYBIkT1QAk31xhtfs3kFjdmJiIc4pH+Iiz1o
E30LAwEIB4h4BBgWCAAgFiEE0wQTmYi//Z3+rlS4VC9eXba+zBAFAmlbfZACGwwA
CgkQVC9eXba+zBBtyQEA0yu4SnGRM2qnZxiRkEC2MHdrIdi4KsPM/xYs1HjZp4sA
/30yUgXlaTV3AbPERPHfOoHGfYtwvY+egHUdq0Z3PoYL
=vQxL
-----END PGP PUBLIC KEY BLOCK-----
"""
