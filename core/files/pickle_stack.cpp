// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/pickle_stack.h"

namespace ca {
namespace {

constexpr std::size_t kDeepestStack = 1'000'000;
constexpr std::size_t kMostMarks = 10'000; // lists that are open at once
constexpr std::size_t kLongestLine = 1024;

} // namespace

std::string_view PickleInput::take(std::uint64_t size)
{
    if (size > bytes_.size() - position_) {
        problem_ = "ends early";
        return {};
    }
    const std::string_view piece = bytes_.substr(position_, static_cast<std::size_t>(size));
    position_ += piece.size();
    return piece;
}

std::uint64_t PickleInput::number(std::size_t width)
{
    std::uint64_t value = 0;
    const std::string_view piece = take(width);
    for (std::size_t i = 0; i < piece.size(); ++i)
        value |= std::uint64_t{static_cast<std::uint8_t>(piece[i])} << (8 * i);
    return value;
}

std::string PickleInput::line()
{
    const std::size_t end = bytes_.substr(position_, kLongestLine).find('\n');
    if (end == std::string_view::npos) {
        problem_ = "names something without end";
        return {};
    }
    std::string text(take(end));
    ++position_;
    return text;
}

bool PickleStack::too_large() const
{
    return values_.size() > kDeepestStack || marks_.size() > kMostMarks;
}

PickleRef PickleStack::top()
{
    if (values_.size() <= (marks_.empty() ? 0 : marks_.back())) {
        problem_ = "takes more values than it has";
        return 0;
    }
    return values_.back();
}

PickleRef PickleStack::pop()
{
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    const PickleRef value = top();
    if (values_.size() > floor)
        values_.pop_back();
    return value;
}

std::vector<PickleRef> PickleStack::pop_mark()
{
    if (marks_.empty()) {
        problem_ = "closes a list that it did not open";
        return {};
    }
    const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleRef> items(begin, values_.end());
    values_.erase(begin, values_.end());
    marks_.pop_back();
    return items;
}

std::vector<PickleRef> PickleStack::pop_several(std::size_t count)
{
    std::vector<PickleRef> items(count);
    for (std::size_t i = count; i-- > 0;)
        items[i] = pop();
    return items;
}

void PickleStack::recall(std::uint64_t key)
{
    const auto found = memo_.find(key);
    if (found == memo_.end())
        problem_ = "refers to a value that it does not have";
    else
        push(found->second);
}

} // namespace ca
