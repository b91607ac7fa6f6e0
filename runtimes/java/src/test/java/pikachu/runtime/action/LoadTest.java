package pikachu.runtime.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pikachu.runtime.Jars;

/** From code to a function, without a process. */
class LoadTest {
    private static final String SOURCE = """
            package p;
            class Other { static com.google.gson.JsonObject other(com.google.gson.JsonObject a) { return a; } }
            public class Hello {
                public static com.google.gson.JsonObject main(com.google.gson.JsonObject a) { a.addProperty("by", "main"); return a; }
                public static java.util.Map<String, Object> plain(java.util.Map<String, Object> a) { a.put("by", "plain"); return a; }
                public com.google.gson.JsonObject inner(com.google.gson.JsonObject a) { return a; }
                public static int wrong(int a) { return a; }
            }
            """;

    @TempDir
    Path folder;

    private static Object call(ActionFunction function) throws Throwable {
        return Json.text(String.valueOf(Json.text(function.call(new JsonObject()))));
    }

    private ActionFunction jar(String code, String main, long limit) throws Exception {
        return Jar.load(code, EntryPoint.parse(main), folder.resolve("action.jar"), limit);
    }

    @ParameterizedTest
    @CsvSource({"p.Hello, main", "p.Hello#main, main", "main, main", "'', main", "#plain, plain", "p.Hello#plain, plain"
    })
    void findsTheEntryPointOfSource(String main, String by) throws Throwable {
        assertThat(call(Source.load(SOURCE, EntryPoint.parse(main))).toString()).contains(by);
    }

    @ParameterizedTest
    @CsvSource({
        "p.Hello#none, class p.Hello has no method 'public static JsonObject none(JsonObject)'",
        "p.Hello#inner, has no method",
        "p.Hello#wrong, has no method",
        "Hello, 'the source has no class Hello, only p.Other, p.Hello'",
        "#none, no class of the source has a method",
    })
    void saysWhyTheEntryPointIsNotThere(String main, String message) {
        assertThatThrownBy(() -> Source.load(SOURCE, EntryPoint.parse(main)))
                .isInstanceOf(BadAction.class)
                .hasMessageContaining(message);
    }

    @Test
    void asksForANameWhenSeveralClassesWouldDo() {
        var code = SOURCE.replace("other(", "main(");
        assertThatThrownBy(() -> Source.load(code, EntryPoint.parse("main"))).hasMessageContaining("p.Other, p.Hello");
    }

    @ParameterizedTest
    @CsvSource({
        "class X {, reached end of file while parsing (line 1)",
        "class X { int y = z; }, cannot find symbol",
        "import nowhere.Thing; class X {}, package nowhere does not exist (line 1)",
        "'', no class of the source",
        "not java at all, expected",
    })
    void saysWhatIsWrongWithSource(String code, String message) {
        assertThatThrownBy(() -> Source.load(code, EntryPoint.parse("main")))
                .isInstanceOf(BadAction.class)
                .hasMessageContaining(message);
    }

    @Test
    void takesSourceWithAByteOrderMarkCarriageReturnsAndWarnings() throws Throwable {
        var code = "\ufeff" + SOURCE.replace("\n", "\r\n").replace("a.addProperty", "new Integer(3); a.addProperty");
        assertThat(call(Source.load(code, EntryPoint.parse("main"))).toString()).contains("main");
    }

    @Test
    void findsTheEntryPointOfAJarByNameOrManifest() throws Throwable {
        var classes = Source.compile(SOURCE);
        assertThat(call(jar(Jars.of(classes, Map.of()), "p.Hello", 1 << 20)).toString())
                .contains("main");
        assertThat(call(jar(Jars.of(classes, Map.of("Main-Class", "p.Hello")), "main", 1 << 20))
                        .toString())
                .contains("main");
        assertThat(call(jar(Jars.of(classes, Map.of("Main-Class", "p.Hello")), "#plain", 1 << 20))
                        .toString())
                .contains("plain");
        assertThatThrownBy(() -> jar(Jars.of(classes, Map.of()), "main", 1 << 20))
                .hasMessageContaining("nothing says which class to call");
        assertThatThrownBy(() -> jar(Jars.of(classes, Map.of()), "p.None", 1 << 20))
                .isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void refusesWhatIsNoJarAndLeavesNothingBehind() {
        for (var code : new String[] {
            "not base64!!!=", "bm8gemlw", Base64.getEncoder().encodeToString(new byte[] {'P', 'K', 3, 4})
        }) {
            assertThatThrownBy(() -> jar(code, "p.Hello", 1 << 20)).hasMessageContaining("not a base64-encoded jar");
            assertThat(Files.exists(folder.resolve("action.jar"))).isFalse();
        }
    }

    @Test
    void refusesAJarThatExpandsOverTheLimit() throws Exception {
        var classes = new java.util.LinkedHashMap<>(Source.compile(SOURCE));
        classes.put("large", new byte[100_000]);
        var code = Jars.of(classes, Map.of());
        assertThatThrownBy(() -> jar(code, "p.Hello", 100_000))
                .hasMessageContaining("expands to more than 100000 bytes");
        assertThat(jar(code, "p.Hello", 120_000)).isNotNull();
    }
}
