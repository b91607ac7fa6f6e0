package pikachu.runtime.action;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gson's elements as plain values: Map, List, String, Boolean, Long (BigInteger), Double (BigDecimal), null. */
final class Plain {
    private static final int DIGITS_OF_LONG = 18;

    private Plain() {}

    static Map<String, @Nullable Object> map(JsonObject object) {
        var map = new LinkedHashMap<String, @Nullable Object>();
        for (var entry : object.entrySet()) {
            map.put(entry.getKey(), value(entry.getValue()));
        }
        return map;
    }

    static List<@Nullable Object> list(JsonArray array) {
        var list = new ArrayList<@Nullable Object>(array.size());
        for (var element : array) {
            list.add(value(element));
        }
        return list;
    }

    private static @Nullable Object value(JsonElement element) {
        if (element instanceof JsonObject object) {
            return map(object);
        }
        if (element instanceof JsonArray array) {
            return list(array);
        }
        if (element instanceof JsonPrimitive primitive) {
            if (primitive.isNumber()) {
                return number(primitive.getAsString());
            }
            return primitive.isBoolean() ? (Object) primitive.getAsBoolean() : primitive.getAsString();
        }
        return null;
    }

    private static Number number(String text) {
        if (text.chars().allMatch(sign -> sign == '-' || (sign >= '0' && sign <= '9'))) {
            if (text.length() <= DIGITS_OF_LONG) {
                return Long.valueOf(text);
            }
            var integer = new BigInteger(text);
            return integer.bitLength() < Long.SIZE ? (Number) integer.longValue() : integer;
        }
        double value = Double.parseDouble(text);
        return Double.isInfinite(value) ? new BigDecimal(text) : (Number) value;
    }
}
