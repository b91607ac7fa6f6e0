"""Java: the table of the protocol's tests."""

import base64
import functools
import glob
import io
import os
import shutil
import subprocess
import tempfile
import zipfile

from kind import DIES, Absent, Kind
from runtime_process import RUNTIMES

FOLDER = os.path.join(RUNTIMES, "java", "target", "runtime")


def source(body, before=""):
    return (
        "import com.google.gson.*;\nimport java.nio.file.*;\n"
        "public class Hello {\n" + before + "    public static JsonObject main(JsonObject args) throws Exception {\n"
        "        " + body + "\n    }\n}\n"
    )


ECHO = "return args;"
ENVIRONMENT = (
    "var found = new JsonObject();"
    " System.getenv().forEach((k, v) -> { if (k.startsWith(\"__OW_\") || k.startsWith(\"P_\")) found.addProperty(k, v); });"
    " return found;"
)
LOADING = (
    "    static { try { System.out.println(\"loading\"); Files.readString(Path.of(\"gate\")); }"
    " catch (java.io.IOException e) { throw new java.io.UncheckedIOException(e); } }\n"
)
TEXT = "import com.google.gson.*;\npublic class Hello {\n    public static String main(JsonObject args) { return \"not a json object\"; }\n}\n"
ARRAY = (
    "import com.google.gson.*;\npublic class Hello {\n"
    "    public static JsonArray main(JsonObject args) { var a = new JsonArray(); a.add(\"a\"); a.add(\"b\"); return a; }\n}\n"
)
BOTH = (
    "import com.google.gson.*;\npublic class Hello {\n"
    "    public static JsonObject main(JsonObject args) { return args; }\n"
    "    public static JsonArray main(JsonArray args) { return args; }\n}\n"
)
PACKAGE = {
    "example/Hello.java": (
        "package example;\nimport com.google.gson.JsonObject;\npublic class Hello {\n"
        "    public static JsonObject main(JsonObject args) {\n"
        "        var found = new JsonObject(); found.addProperty(\"package\", Part.NAME); return found;\n    }\n}\n"
    ),
    "example/Part.java": "package example;\nclass Part {\n    static final String NAME = \"part\".strip();\n}\n",
}


@functools.lru_cache
def jar():
    """A jar of PACKAGE, compiled here."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in PACKAGE.items():
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        path = os.path.join(FOLDER, "*")
        subprocess.run([program("javac"), "-cp", path, "-d", folder, *(os.path.join(folder, name) for name in PACKAGE)], check=True)
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            for name in glob.glob("example/*.class", root_dir=folder):
                archive.write(os.path.join(folder, name), name)
    return {"code": base64.b64encode(data.getvalue()).decode(), "binary": True, "main": "example.Hello"}


SOURCES = {
    "echo": BOTH,
    "log": source('System.out.println("hello stdout"); System.err.println("hello stderr"); ' + ECHO),
    "half": source('System.out.print("half"); System.err.print("half"); ' + ECHO),
    "unicode": source(
        'var d = args.get("delimiter").getAsString(); var s = d + " ☃ " + d; System.out.println(s);'
        ' var found = new JsonObject(); found.addProperty("winter", s); return found;'
    ),
    "environment": source(ENVIRONMENT),
    "text": TEXT,
    "array": ARRAY,
    "exception": source('throw new Exception("unhappy");'),
    "exit": source("System.exit(3); return null;"),
    "broken": source("return args"),
    "exit_in_init": source(ECHO, "    static { System.exit(3); }\n"),
    "slow_in_init": source(ECHO, LOADING),
    "gate": source('System.out.println("arrived"); Files.readString(Path.of(args.get("gate").getAsString())); ' + ECHO),
    "other_main": {
        "code": source('throw new Exception("wrong method");').replace(
            "}\n}\n",
            "}\n    public static JsonObject niam(JsonObject args) {\n"
            '        var found = new JsonObject(); found.addProperty("called", "niam"); return found;\n    }\n}\n',
        ),
        "main": "Hello#niam",
    },
    "package": jar,
}


def program(name):
    home = os.environ.get("JAVA_HOME")
    return os.path.join(home, "bin", name) if home else shutil.which(name)


def command():
    jars = glob.glob(os.path.join(FOLDER, "runtime-java-*.jar"))
    if not jars:
        raise Absent("there is no runtime-java-*.jar in %s (mvn -pl runtimes/java package -DskipTests)" % FOLDER)
    if program("java") is None or program("javac") is None:
        raise Absent("there is no JDK on the PATH and JAVA_HOME is not set")
    return [program("java"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", jars[0]]


KIND = Kind(
    "java",
    command,
    SOURCES,
    outcomes={"exception": (200, "unhappy"), "exit": DIES, "exit_in_init": DIES},
    concurrent=True,
)
