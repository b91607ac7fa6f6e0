/** What travels on the bus, topic by topic. docs/formats/bus.md describes the encoding. */
@NullMarked
package pikachu.core.messages;

import org.jspecify.annotations.NullMarked;
