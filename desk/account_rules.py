"""What the name and the password of an account may be. Knows no database and no hashes."""

import unicodedata

from desk.errors import DeskError

NAME_CHARS = 40
PASSWORD_CHARS = 10
"""Fewest characters of a password."""
PASSWORD_BYTES = 1_000
"""Most bytes of a password in UTF-8: hashing time grows with them."""
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # two names that look the same must be the same

# The commonest of those that are long enough, from published counts of leaked passwords, Chinese sites among them.
COMMON = frozenset(
    """
    1234567890 0123456789 1234567891 0987654321 9876543210 12345678910 123456789a 123456789q 1234554321 1122334455
    1111111111 0000000000 8888888888 6666666666 11111111111 00000000000 1212121212 1231231231 123123123123 147258369a
    123456789123 1234567890a 1234567890q 123456789abc abc123456789 abcd123456 abcd1234567890 abcdefghij a123456789
    aa123456789 aaa123456789 q123456789 qq123456789 z123456789 w123456789 asd123456789 qwe123456789 aa12345678
    1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4t5 1qaz2wsx3edc zaq12wsxcde3 qazwsxedcrfv qazwsx123456 1qazxsw23edc qwertyuiop
    qwertyuiop123 qwerty12345 qwerty123456 qwerty1234 qwer123456 qwe1234567 asdfghjkl1 asdfghjkl; asdf123456
    zxcvbnm123 zxcvbnm123456 1234qwerasdf password12 password123 password1234 password123456 passw0rd123 p@ssw0rd123
    p@ssword123 password01 passwordpassword admin12345 admin123456 administrator admin@1234 admin@12345 root123456
    test123456 welcome123 letmein123 changeme123 iloveyou123 iloveyou1314 woaini1314 woaini5201314
    woaini123456 woaiwojia1314 5201314520 5201314521 520131452013 woshishui123 zhang123456 wang123456
    li123456789 beibei123456 chongqing123 chongqing2023 chongqing2024 chongqing2025 football123 superman123
    """.split()  # noqa: SIM905 - a hundred quoted strings would be harder to read
)


class AccountError(DeskError):
    """What was asked of an account cannot be: its name, its password, or who would be left to administer."""


def clean_name(name: str) -> str:
    """Return a name as it is kept: NFKC, single spaces. Raises AccountError when it cannot be one."""
    kept = unicodedata.normalize("NFKC", name)
    if any(unicodedata.category(letter) in _INVISIBLE for letter in name + kept):
        raise AccountError("姓名不能含控制字符或不可见字符 / a name has no control or invisible characters")
    kept = " ".join(kept.split())
    if not 1 <= len(kept) <= NAME_CHARS:
        raise AccountError(f"姓名应为1至{NAME_CHARS}个字符 / a name has 1 to {NAME_CHARS} characters")
    return kept


def name_key(name: str) -> str:
    """Return what two names have in common that are the same but for capitals and width."""
    return " ".join(_folded(name).split())


def clean_password(password: str) -> str | None:
    """Return a password as it is hashed: NFKC, so that an input method's wide letters are the same; None: never one."""
    kept = unicodedata.normalize("NFKC", password)
    try:
        return kept if len(kept.encode()) <= PASSWORD_BYTES else None
    except UnicodeEncodeError:  # half a character
        return None


def check_password(password: str, name: str) -> str:
    """Return a new password as it is hashed; raises AccountError, which never repeats it, when it is too weak."""
    kept = clean_password(password)
    if kept is None:
        raise AccountError(f"密码最长{PASSWORD_BYTES}字节 / a password has at most {PASSWORD_BYTES} bytes of UTF-8")
    if len(kept) < PASSWORD_CHARS:
        raise AccountError(f"密码至少{PASSWORD_CHARS}个字符 / a password has at least {PASSWORD_CHARS} characters")
    if name_key(kept) == name_key(name):
        raise AccountError("密码不能与姓名相同 / the password must not be the name")
    if _folded(kept) in COMMON:
        raise AccountError("这个密码太常见 / this password is among the commonest, choose another")
    return kept


def _folded(text: str) -> str:
    """Return the text in NFKC without capitals; some letters need it once more, as Unicode's NFKC_Casefold does."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
