"""JSON by the interpreter's own C code, without the json package around it.

import json loads re, enum, functools and collections: a quarter of the time from exec
to the first answer, which a function that needs none of them should not wait for. The
C functions are not documented, so they are tried when this is loaded, and the package
is used wherever they are absent or behave otherwise.

decode(text) and encode(value) are json.loads and json.dumps with compact separators,
ensure_ascii off and NaN refused; encode gives UTF-8. encode_spaced(value) is json.dumps
as it comes, NaN refused.
"""

WHITESPACE = " \t\n\r"
SAMPLE = {"a": [1, -2.5, 1e300, None, True, False, {}, []], 'é"\n\u2028😀': "\\\x01", "b": {"c": ""}}
SAMPLE_TEXT = '{"a":[1,-2.5,1e+300,null,true,false,{},[]],"é\\"\\n\u2028😀":"\\\\\\u0001","b":{"c":""}}'


class Options:
    """What json.JSONDecoder is to its scanner."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float  # NaN, Infinity, -Infinity: read, as json does


def from_interpreter():
    from _json import encode_basestring, encode_basestring_ascii, make_encoder, make_scanner

    scan = make_scanner(Options())

    def decode(text):
        stripped = text.strip(WHITESPACE)
        try:
            value, end = scan(stripped, 0)
            if end == len(stripped):
                return value
        except Exception:
            pass
        return load_package()(text)  # to say what is wrong, which the scanner alone cannot

    def encoder(quote, comma=",", colon=":"):
        # Made for each value: its markers, against cycles, are left dirty by a failure.
        return lambda value: "".join(
            make_encoder({}, refuse, quote, None, colon, comma, False, False, False)(value, 0)
        )

    ascii = encode_basestring_ascii
    return decode, encoder(encode_basestring), encoder(ascii), encoder(ascii, ", ", ": ")


def from_package():
    import json

    def encoder(ascii, separators=(",", ":")):
        return json.JSONEncoder(ensure_ascii=ascii, allow_nan=False, separators=separators).encode

    return json.loads, encoder(False), encoder(True), encoder(True, (", ", ": "))


def load_package():
    import json

    return json.loads


def refuse(value):
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def choose():
    try:
        functions = from_interpreter()
        decode, unicode, *ascii = functions
        works = all(decode(encode(SAMPLE)) == SAMPLE for encode in ascii)
        if works and decode(SAMPLE_TEXT) == SAMPLE and unicode(SAMPLE) == SAMPLE_TEXT:
            return functions
    except Exception:
        pass
    return from_package()


decode, encode_text, encode_ascii, encode_spaced = choose()


def encode(value):
    text = encode_text(value)
    try:
        return text.encode()
    except UnicodeEncodeError:  # a lone surrogate has no UTF-8 form, but JSON has an escape for it
        return encode_ascii(value).encode()
