// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/corpus/hostile_file.h"
#include "tests/corpus/script_bytes.h"

#include <cstdint>
#include <utility>

/// Zip archives that show one thing to this program and another to LibTorch, or take more room than they say.
namespace hostile_archives {

using namespace std::string_literals;

/// A deflate stream (RFC 1951, section 3.2.6) of `c` and `blocks` times 258 more of it, 13 bits each.
inline std::string deflated(char c, std::size_t blocks)
{
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    const auto put = [&](std::uint32_t value, int width) {
        bits |= value << static_cast<unsigned>(count);
        for (count += width; count >= 8; count -= 8, bits >>= 8U)
            bytes += static_cast<char>(bits & 0xFFU);
    };
    const auto code = [&](std::uint32_t value, int width) { // Huffman codes begin with their highest bit
        for (int i = width - 1; i >= 0; --i)
            put((value >> static_cast<unsigned>(i)) & 1U, 1);
    };
    put(1, 1);
    put(1, 2);                                     // the last block, with the fixed codes
    code(0x30U + static_cast<std::uint8_t>(c), 8); // of literals below 144
    std::string repeated;
    for (std::size_t i = 0; i < blocks; ++i) {
        code(0xC5, 8); // 258 bytes more
        code(0, 5);    // of the one before
    }
    code(0, 7); // the end
    put(0, 7);
    return bytes;
}

constexpr std::uint32_t kGiga = 1U << 30U;

inline std::vector<ZipPart> sound()
{
    return script::parts(std::string(script::kHead) + std::string(script::kForward), pickle::dict({{"training", "\x89"}}));
}

/// A sound model with one member more, or in the place of that of the same name.
inline std::string with(ZipPart part)
{
    auto parts = sound();
    for (ZipPart &other : parts)
        if (other.name == part.name) {
            other = std::move(part);
            return zip_bytes(parts);
        }
    parts.push_back(std::move(part));
    return zip_bytes(parts);
}

inline ZipPart named(const std::string &name)
{
    return {name, "x"};
}

/// The code that must not get past the one who looks for it.
inline std::string bad_code()
{
    return std::string(script::kHead) + "  def forward(self, x: Tensor) -> Tensor:\n    print(x)\n    return x\n";
}

inline std::string in_front(std::vector<ZipPart> first, const std::vector<ZipPart> &second)
{
    first.insert(first.end(), second.begin(), second.end());
    return zip_bytes(first);
}

/// A sound archive, and behind it one that prints: one reader looks for the first directory, another for the last.
inline std::string two_archives()
{
    const std::string first = zip_bytes(sound());
    auto parts = script::parts(bad_code(), pickle::dict({{"training", "\x89"}}));
    for (ZipPart &part : parts)
        part.moved = static_cast<std::int64_t>(first.size());
    std::string second = zip_bytes(parts);
    const std::size_t end = second.size() - 22;
    const auto number = [&](std::size_t at) {
        return static_cast<std::uint32_t>(static_cast<std::uint8_t>(second[at]) | static_cast<std::uint8_t>(second[at + 1]) << 8);
    };
    const std::string moved = zip_bytes_detail::end_record(number(end + 10), number(end + 12),
                                                           number(end + 16) + static_cast<std::uint32_t>(first.size()));
    return first + second.replace(end, 22, moved);
}

/// The record for large archives says that there is one member less.
inline std::string contradicting_ends()
{
    const std::string whole = zip_bytes(sound(), true);
    std::string bytes = whole;
    bytes[whole.size() - 22 + 10] = 4; // of 5, in the end record
    bytes[whole.size() - 22 + 11] = 0;
    return bytes;
}

inline std::string many_members(std::size_t count)
{
    std::vector<ZipPart> parts;
    for (std::size_t i = 0; i < count; ++i)
        parts.push_back({"m/" + std::to_string(i), ""});
    return zip_bytes(parts, true);
}

inline HostileFiles names()
{
    const auto file = [](const char *what, std::function<std::string()> bytes, const char *part) {
        return HostileFile{what, "a.pt", std::move(bytes), Guard::inspection, part};
    };
    return {
        file(
            "absolute name", [] { return with(named("/etc/cron.d/x")); }, "points outside"),
        file(
            "name with ..", [] { return with(named("m/../../x")); }, "points outside"),
        file(
            "name with a backslash", [] { return with(named("m\\..\\x")); }, "points outside"),
        file(
            "name with a drive", [] { return with(named("C:x")); }, "points outside"),
        file(
            "empty name", [] { return with(named("")); }, "points outside"),
        file(
            "name of 2,000 letters", [] { return with(named("m/" + std::string(2000, 'a'))); }, "points outside"),
        file(
            "name with a zero", [] { return with(named("m/code/__torch__.py\0.txt"s)); }, "points outside"),
        file(
            "link",
            [] {
                return with({"m/data/0", "/etc/passwd", 0, false, false, 0, 0xA1FF0000U});
            },
            "is a link"),
        file(
            "name twice", [] { return in_front({named("m/data/0")}, {named("m/data/0")}); }, "two members named"),
        file(
            "names that differ in case", [] { return with(named("m/DATA.pkl")); }, "two members named \"m/DATA.pkl\""),
        file(
            "code in capitals",
            [] {
                return with({"m/CODE/__torch__/x.py", bad_code()});
            },
            "hides what it is"),
        file(
            "code with another ending",
            [] {
                return with({"m/code/__torch__/x.PY", bad_code()});
            },
            "hides what it is"),
        file(
            "a second model in front",
            [] {
                return in_front({{"other/version", "3\n"}}, sound());
            },
            "beside the model"),
        file(
            "a second name",
            [] {
                return with({"m/code/harmless.txt", bad_code(), 0, false, false, 0, 0, "\x75\x70\x06\0\1\0\0\0\0x"s});
            },
            "a second name"),
        file(
            "another name in front of the content",
            [] {
                return with({"m/data/0", "x", 0, false, false, 0, 0, "", "m/code/__torch__.py"});
            },
            "contradict each other"),
        file(
            "terminal codes in a name", [] { return with(named("../\x1B[2J\x1B]0;x\x07")); }, "\"../ [2J ]0;x \""),
        file(
            "wrong UTF-8 in a name", [] { return with(named("/\xC3\x28\xFF")); }, "\"/\xEF\xBF\xBD(\xEF\xBF\xBD\""),
    };
}

inline HostileFiles records()
{
    const auto file = [](const char *what, std::function<std::string()> bytes, const char *part) {
        return HostileFile{what, "a.pt", std::move(bytes), Guard::inspection, part};
    };
    return {
        file(
            "a member twice in the directory",
            [] {
                return with({"m/data/0", "", 0, false, false, 0, 0, "", "m/byteorder", -47});
            },
            "share bytes"),
        file(
            "a member in another",
            [] {
                return with({"m/data/0", "", 0, false, false, 0, 0, "", "", -10});
            },
            "share bytes"),
        file(
            "a member in the directory",
            [] {
                return with({"m/data/0", "xx", 0, false, false, 0, 0, "", "", 3});
            },
            "contradict each other"),
        file(
            "encrypted",
            [] {
                return with({"m/data/0", "x", 0, true});
            },
            "is encrypted"),
        file(
            "packed by bzip2",
            [] {
                return with({"m/data/0", "x", 0, false, false, 12});
            },
            "packed in a way"),
        file(
            "packed by a method that is not known",
            [] {
                return with({"m/data/0", "x", 0, false, false, 99});
            },
            "is damaged"),
        file(
            "wrong checksum",
            [] {
                return with({"m/data.pkl", sound()[0].content, 0, false, true});
            },
            "is damaged"),
        file(
            "record of 2.2 GB in 1.8 kB", // PyTorch's issue 185440
            [] {
                return with({"m/data/0", std::string(100, 'x'), 2'200'000'000U, false, false, 8});
            },
            "times its size"),
        file(
            "1 GiB of spaces as source",
            [] {
                return with({"m/code/__torch__.py", deflated(' ', kGiga / 258), kGiga});
            },
            "times its size"),
        file(
            "2 GiB of zeros as a tensor",
            [] {
                return with({"m/data/0", deflated('\0', 2 * (kGiga / 258)), 2 * kGiga});
            },
            "times its size"),
        file(
            "100 members of 900 kB in 90 kB",
            [] {
                auto parts = sound();
                for (int i = 0; i < 100; ++i)
                    parts.push_back({"m/data/" + std::to_string(i), deflated('\0', 3500), 1 + 3500 * 258});
                return zip_bytes(parts);
            },
            "four times its size"),
        file(
            "65,537 members", [] { return many_members(65537); }, "more than any model has"),
        file("two end records that contradict each other", contradicting_ends, "contradict each other"),
        file("two archives in one", two_archives, "two directories"),
        file(
            "bytes behind the end", [] { return zip_bytes(sound()) + "more"; }, "goes on after its end"),
        file(
            "program in front", [] { return "MZ" + zip_bytes(sound()); }, "a Windows program"),
        file(
            "archive cut in half", [] { return zip_bytes(sound()).substr(0, 400); }, "ends early"),
        file(
            "directory that ends early", [] { return zip_bytes(sound()).replace(zip_bytes(sound()).size() - 12, 1, "\x06"); },
            "directory cannot be read"),
        file(
            "directory of 4 GB", [] { return zip_bytes(sound()).replace(zip_bytes(sound()).size() - 10, 4, "\xFE\xFF\xFF\xFF"); },
            "more than any model has"),
    };
}

} // namespace hostile_archives
