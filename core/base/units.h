// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include <compare> // not first: moc of Qt 6.4 cannot read it then

namespace ca {

/// A number that cannot be mixed up with a number of another kind.
template <typename Tag, typename Number>
struct Strong {
    Number value{};
    auto operator<=>(const Strong &) const = default;
};

/// A size in bytes; signed, so that differences are sizes too.
struct Bytes : Strong<struct BytesTag, std::int64_t> {
    friend Bytes operator+(Bytes a, Bytes b) { return {{a.value + b.value}}; }
    friend Bytes operator-(Bytes a, Bytes b) { return {{a.value - b.value}}; }
    Bytes &operator+=(Bytes other) { return *this = *this + other; }
};
[[nodiscard]] constexpr Bytes bytes(std::int64_t value)
{
    return {{value}};
}

/// Bits of one stored weight, 2 to 32.
struct Bits : Strong<struct BitsTag, int> { };
[[nodiscard]] constexpr Bits bits(int value)
{
    return {{value}};
}

/// The place of a layer in program order, from 0. Shown as `L001`.
struct LayerIndex : Strong<struct LayerTag, std::uint32_t> {
    /// `L001` for 0; more digits from the thousandth layer on.
    [[nodiscard]] std::string id() const;
};
[[nodiscard]] constexpr LayerIndex layer_index(std::size_t value)
{
    return {{static_cast<std::uint32_t>(value)}};
}

/// "4.70 MB", "812 kB", "96 bytes"; powers of 1000, three significant digits.
[[nodiscard]] std::string to_text(Bytes size);

/// The shortest text that reads back as `value`, or with `digits` after the point; always with a point, whatever the locale.
[[nodiscard]] std::string to_text(double value);
[[nodiscard]] std::string to_text(double value, int digits);

} // namespace ca
