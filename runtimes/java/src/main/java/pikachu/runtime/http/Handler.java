package pikachu.runtime.http;

/** Answers POST /init and POST /run, in the connection's own thread; must not throw. */
@FunctionalInterface
public interface Handler {
    Answer answer(String path, Body body);
}
