package pikachu.runtime.action;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** An action that came as source: one file, compiled in memory. */
public final class Source {
    private static final String FILE = "Action.java";
    private static final List<String> OPTIONS =
            List.of("-proc:none", "-g", "-Xlint:none", "-parameters", "-implicit:none");

    private Source() {}

    static ActionFunction load(String code, EntryPoint entry) throws ReflectiveOperationException {
        var classes = compile(code.startsWith("\ufeff") ? code.substring(1) : code);
        var loader = new MemoryLoader(classes, Source.class.getClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        var named = entry.className();
        if (named.isPresent()) {
            if (!classes.containsKey(named.get())) {
                throw new BadAction(
                        "the source has no class " + named.get() + ", only " + String.join(", ", classes.keySet()));
            }
            return entry.load(named.get(), loader);
        }
        return entry.load(only(classes, entry, loader), loader);
    }

    /** Of the file's own classes, the one with the method. */
    private static String only(Map<String, byte[]> classes, EntryPoint entry, ClassLoader loader)
            throws ReflectiveOperationException {
        var found = new ArrayList<String>();
        for (var name : classes.keySet()) {
            if (ActionFunction.find(Class.forName(name, false, loader), entry.method())
                    .isPresent()) {
                found.add(name);
            }
        }
        if (found.size() == 1) {
            return found.get(0);
        }
        throw new BadAction(
                found.isEmpty()
                        ? "no class of the source has a method 'public static JsonObject " + entry.method()
                                + "(JsonObject)'"
                        : "several classes have a method " + entry.method()
                                + ", name one of them as the action's main: " + String.join(", ", found));
    }

    /** Class name to class file, in the compiler's order. */
    public static Map<String, byte[]> compile(String code) {
        var compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new BadAction("this Java has no compiler: give the action as a jar");
        }
        var problems = new DiagnosticCollector<JavaFileObject>();
        var standard = compiler.getStandardFileManager(problems, Locale.ROOT, StandardCharsets.UTF_8);
        var files = new MemoryFiles(standard);
        if (!task(compiler, files, problems, code).call()) {
            throw refusal(problems.getDiagnostics());
        }
        return files.classes();
    }

    private static JavaCompiler.CompilationTask task(
            JavaCompiler compiler, JavaFileManager files, DiagnosticCollector<JavaFileObject> problems, String code) {
        var options = new ArrayList<>(OPTIONS);
        options.addAll(List.of("-classpath", System.getProperty("java.class.path", "")));
        return compiler.getTask(null, files, problems, options, null, List.of(new SourceFile(code)));
    }

    /** All of it goes to the log, the first error into the answer. */
    private static BadAction refusal(List<Diagnostic<? extends JavaFileObject>> problems) {
        var first = "the compiler gave no reason";
        boolean isFirst = true;
        for (var problem : problems) {
            System.err.println(problem);
            if (isFirst && problem.getKind() == Diagnostic.Kind.ERROR) {
                isFirst = false;
                first = problem.getMessage(Locale.ROOT) + " (line " + problem.getLineNumber() + ")";
            }
        }
        return new BadAction("it does not compile: " + first);
    }

    private static final class SourceFile extends SimpleJavaFileObject {
        private final String code;

        SourceFile(String code) {
            super(URI.create("string:///" + FILE), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public String getName() {
            return FILE;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }

        /** A public class may have any name: there is no file to agree with. */
        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE;
        }
    }

    private static final class ClassFile extends SimpleJavaFileObject {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        ClassFile(String name) {
            super(URI.create("memory:///" + name.replace('.', '/') + Kind.CLASS.extension), Kind.CLASS);
        }

        @Override
        public OutputStream openOutputStream() {
            return bytes;
        }
    }

    /** Where the compiler puts the classes; all else it finds in the JDK's own way. */
    private static final class MemoryFiles extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final Map<String, ClassFile> made = new LinkedHashMap<>();

        MemoryFiles(StandardJavaFileManager standard) {
            super(standard);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return made.computeIfAbsent(className, ClassFile::new);
        }

        Map<String, byte[]> classes() {
            var classes = new LinkedHashMap<String, byte[]>();
            made.forEach((name, file) -> classes.put(name, file.bytes.toByteArray()));
            return classes;
        }
    }

    private static final class MemoryLoader extends ClassLoader {
        private final Map<String, byte[]> classes;

        MemoryLoader(Map<String, byte[]> classes, ClassLoader parent) {
            super("action", parent);
            this.classes = classes;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            var bytes = classes.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}
