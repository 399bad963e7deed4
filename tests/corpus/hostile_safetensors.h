// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/corpus/hostile_file.h"

#include <cstdint>

/// Headers of safetensors files that the format forbids, or that some readers take otherwise than others.
namespace hostile_safetensors {

using namespace std::string_literals;

inline std::string with_length(std::uint64_t length, const std::string &rest)
{
    std::string bytes;
    for (int i = 0; i < 8; ++i)
        bytes += static_cast<char>((length >> (8U * static_cast<unsigned>(i))) & 0xFFU);
    return bytes + rest;
}

inline std::string file_of(const std::string &header, std::size_t data)
{
    return with_length(header.size(), header + std::string(data, 'x'));
}

/// One tensor `w` of floats.
inline std::string one(const std::string &shape, const std::string &place, std::size_t data)
{
    return file_of("{\"w\":{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":" + place + "}}", data);
}

inline HostileFiles all()
{
    const auto file = [](const char *what, std::function<std::string()> bytes, const char *part) {
        return HostileFile{what, "a.safetensors", std::move(bytes), Guard::inspection, part};
    };
    const std::string whole = "{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
    return {
        file(
            "length of 2^63", [] { return with_length(1ULL << 63U, "{}      "); }, "ends early"),
        file(
            "length of 2^64 - 1", [] { return with_length(~0ULL, "{}      "); }, "is no model"),
        file(
            "length beyond the file", [] { return with_length(1000, "{}"); }, "ends early"),
        file(
            "length of nothing", [] { return with_length(0, "{}xx"); }, "not valid JSON"),
        file(
            "header of 40 MB", [] { return file_of("{" + std::string(40'000'000, ' ') + "}", 0); }, "more than any model needs"),
        file(
            "a name twice", [whole] { return file_of("{\"w\":" + whole + ",\"w\":" + whole + "}", 1); }, "stands twice"),
        file(
            "a field twice",
            [] { return file_of("{\"w\":{\"dtype\":\"U8\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1); },
            "stands twice"),
        file(
            "a hole", [] { return one("[1]", "[4,8]", 8); }, "leaves a hole"),
        file(
            "an overlap",
            [] {
                return file_of("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                               "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
                               6);
            },
            "overlaps another"),
        file(
            "another file behind the tensors", [] { return one("[1]", "[0,4]", 4) + "PK\x05\x06" + std::string(18, '\0'); },
            "goes on after its last tensor"),
        file(
            "tensor beyond the file", [] { return one("[1000]", "[0,4000]", 4); }, "ends early"),
        file(
            "sides whose product overflows", [] { return one("[4294967296,4294967296,4]", "[0,0]", 0); },
            "does not fit the bytes"),
        file(
            "side of 2^64 - 1", [] { return one("[18446744073709551615]", "[0,4]", 4); }, "something else than whole numbers"),
        file(
            "side of 10^400", [] { return one("[1" + std::string(400, '0') + "]", "[0,4]", 4); }, "not valid JSON"),
        file(
            "negative side", [] { return one("[-1]", "[0,4]", 4); }, "something else than whole numbers"),
        file(
            "half a side", [] { return one("[1.5]", "[0,4]", 4); }, "something else than whole numbers"),
        file(
            "100 sides",
            [] {
                return one(
                    "[1" +
                        [] {
                            std::string ones;
                            for (int i = 0; i < 99; ++i)
                                ones += ",1";
                            return ones;
                        }()
                        + "]",
                    "[0,4]", 4);
            },
            "no short list"),
        file(
            "place that runs backwards", [] { return one("[1]", "[4,0]", 4); }, "does not fit the bytes"),
        file(
            "place of texts", [] { return one("[1]", "[\"0\",\"4\"]", 4); }, "not two numbers"),
        file(
            "place of one number", [] { return one("[1]", "[0]", 4); }, "not two numbers"),
        file(
            "unknown type", [] { return file_of("{\"w\":{\"dtype\":\"F13\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4); },
            "a type that this program does not read"),
        file(
            "no type", [] { return file_of("{\"w\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4); }, "lacks its type"),
        file(
            "tensor that is a number", [] { return file_of("{\"w\":7}", 0); }, "lacks its type"),
        file(
            "wrong UTF-8 in a name", [whole] { return file_of("{\"\xC3\x28\xFF\":" + whole + "}", 1); }, "not valid JSON"),
        file(
            "100,000 open brackets", [] { return file_of("{\"w\":" + std::string(100'000, '['), 0); }, "nested too deeply"),
        file(
            "nested in a tensor", [] { return file_of("{\"w\":{\"dtype\":[[[[1]]]],\"shape\":[1],\"data_offsets\":[0,1]}}", 1); },
            "nested too deeply"),
        file(
            "metadata of numbers", [whole] { return file_of("{\"__metadata__\":{\"a\":1},\"w\":" + whole + "}", 1); },
            "something else than texts"),
        file(
            "metadata that are a list", [whole] { return file_of("{\"__metadata__\":[\"a\"],\"w\":" + whole + "}", 1); },
            "no list of texts"),
        file(
            "header cut in a text", [] { return file_of("{\"w", 0); }, "not valid JSON"),
        file(
            "text behind the header", [whole] { return file_of("{\"w\":" + whole + "} {}", 1); }, "not valid JSON"),
        file(
            "terminal codes in a name",
            [] { return file_of("{\"\\u001b[2J\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,1]}}", 1); },
            "\" [2J\" has a shape"),
    };
}

} // namespace hostile_safetensors
