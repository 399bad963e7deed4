// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/phrases/limit_words.h"

namespace ca {
namespace {

using Kind = Wish::Kind;

// Beyond these nobody means it.
constexpr double kMostBytes = 1e15, kMostPoints = 100, kMostMilliseconds = 1e6, kMostTimes = 1000;

struct Amount {
    double number = 0;
    WrittenUnit unit{};
};

std::optional<Wish> take_share(WordCursor &cursor)
{
    if (cursor.take_any({"half the size", "half of the size"}))
        return Wish{Kind::limit_ratio, 2};
    if (cursor.take_any({"a quarter of the size", "quarter of the size", "a quarter the size"}))
        return Wish{Kind::limit_ratio, 4};
    return std::nullopt;
}

std::optional<Amount> take_amount(WordCursor &cursor)
{
    const bool single = cursor.here().text == "a" && cursor.here(1).unit; // "a point"
    if (!single && !cursor.here().number)
        return std::nullopt;
    Amount amount{single ? 1 : *cursor.here().number};
    auto unit = cursor.here().text == "twice" ? WrittenUnit{FigureUnit::ratio} : cursor.here().unit;
    if (single)
        unit.reset();
    cursor.next();
    if (!unit) {
        cursor.take_any({"of a", "a", "percentage"});
        if (!cursor.here().unit)
            return std::nullopt;
        unit = cursor.next().unit;
    }
    if (unit->unit == FigureUnit::percent && cursor.take_any({"points", "point"}))
        unit = WrittenUnit{FigureUnit::points};
    amount.unit = *unit;
    return amount;
}

} // namespace

std::optional<Wish> take_limit(WordCursor &cursor, bool of_loss)
{
    if (const auto share = take_share(cursor))
        return share;
    const auto amount = take_amount(cursor);
    if (!amount)
        return std::nullopt;
    const double value = amount->number * amount->unit.scale;
    const auto limit = [&](Kind kind, bool makes_sense) { return makes_sense ? std::optional(Wish{kind, value}) : std::nullopt; };
    switch (amount->unit.unit) {
    case FigureUnit::bytes:
        return limit(Kind::limit_bytes, value >= 1 && value <= kMostBytes);
    case FigureUnit::points:
        return limit(Kind::limit_drop, value <= kMostPoints);
    case FigureUnit::percent:
        return limit(Kind::limit_drop, of_loss && value <= kMostPoints);
    case FigureUnit::milliseconds: // seconds and minutes are no latency
        return limit(Kind::limit_latency, value > 0 && value <= kMostMilliseconds && amount->unit.scale <= 1);
    case FigureUnit::ratio:
        return limit(Kind::limit_ratio,
                     cursor.take_any({"smaller", "as small", "less", "compression"}) && value > 1 && value <= kMostTimes);
    case FigureUnit::none:
    case FigureUnit::plain:
        break;
    }
    return std::nullopt;
}

} // namespace ca
