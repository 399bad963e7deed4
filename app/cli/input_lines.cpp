// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/input_lines.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace ca {
namespace {

std::string without_return(std::string line)
{
    if (line.ends_with('\r'))
        line.pop_back();
    return line;
}

} // namespace

bool InputLines::read_more(const std::stop_token &stop)
{
    constexpr int kPatience = 50; // milliseconds
    while (!stop.stop_requested()) {
        pollfd waiting{descriptor_, POLLIN, 0};
        const int ready = ::poll(&waiting, 1, kPatience);
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready <= 0)
            continue;
        std::array<char, 65536> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): read fills it
        const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count <= 0)
            return false;
        read_.append(bytes.data(), static_cast<std::size_t>(count));
        return true;
    }
    return false;
}

std::optional<std::string> InputLines::next(const std::stop_token &stop)
{
    for (;;) {
        const std::size_t end = read_.find('\n', searched_);
        if (end != std::string::npos) {
            std::string line = read_.substr(0, end);
            read_.erase(0, end + 1);
            searched_ = 0;
            return without_return(std::move(line));
        }
        searched_ = read_.size();
        if (read_.size() > kMostBytes || ended_)
            return std::nullopt;
        ended_ = !read_more(stop);
        if (ended_ && !stop.stop_requested() && !read_.empty())
            return without_return(std::exchange(read_, {})); // a last line without an end
    }
}

} // namespace ca
