// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <string>
#include <string_view>

namespace ca {

/// Characters that a model reads of a text out of a file.
inline constexpr std::size_t kMostOfName = 64;

/// Text that this program did not write (names of layers, files and classes, messages of errors, metadata), for a model: on one
/// line, without control characters, marks of direction and whatever else is not seen, bad UTF-8 replaced, at most `most`
/// characters, the last of them `…` where it was longer.
[[nodiscard]] std::string visible_text(std::string_view text, std::size_t most = kMostOfName);

/// An error's sentence with files by their last names alone: where they lie concerns no model.
[[nodiscard]] std::string without_folders(std::string_view sentence);

/// Hands such text to a model as a JSON value, or keeps it back.
class Untrusted {
public:
    /// `sent`: false: such text stays on this machine.
    explicit Untrusted(bool sent) : sent_(sent) { }
    [[nodiscard]] bool sent() const { return sent_; }
    /// null where it is kept back.
    [[nodiscard]] Json operator()(std::string_view text) const { return sent_ ? Json(visible_text(text)) : Json(nullptr); }
    /// The same of an error.
    [[nodiscard]] Json error(std::string_view sentence) const { return (*this)(without_folders(sentence)); }

private:
    bool sent_;
};

} // namespace ca
