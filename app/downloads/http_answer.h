// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/downloads/part_file.h"
#include "core/model/zoo.h"

#include <QUrl>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ca {

/// The most bytes of a file whose size is not published, which is a small one: keeps a server from filling the disk.
inline constexpr std::int64_t kMostUnpublished = 64'000'000;

/// What a download looks at in the head of a server's answer. Fields that are not there are empty.
struct AnswerHead {
    int status = 0;
    std::optional<std::int64_t> content_length;
    std::string content_range, etag, last_modified, location, retry_after;
};

/// What was asked for: `file` from `offset` on, where a part of `origin` is kept.
struct Asked {
    PublishedFile file;
    std::int64_t offset = 0;
    PartOrigin origin;
};

/// Whether what is kept can be the beginning of the file, by where it came from and its sizes.
[[nodiscard]] bool may_be_part(const Asked &asked);

enum class Verdict {
    append,     ///< the body goes on where the part ends
    from_start, ///< the body is the whole file: the part is dropped
    complete,   ///< the part is the whole file
    ask_whole,  ///< the part is no use: ask again, without a range
    redirect,
    retry, ///< ask again after a while
    give_up
};

struct Answer {
    Verdict verdict = Verdict::give_up;
    std::int64_t total = 0;       ///< bytes of the whole file; 0 where it is not known
    std::chrono::seconds wait{0}; ///< that the server asks for before a retry
    std::string why;              ///< a sentence, for `ask_whole`, `retry` and `give_up`
};

/// RFC 9110: sections 14 (ranges), 13.1.5 (If-Range), 10.2.3 (Retry-After), 15 (status codes).
[[nodiscard]] Answer judge(const AnswerHead &head, const Asked &asked);

/// What goes into If-Range: a strong entity tag, else the date of the last change; empty where there is neither.
[[nodiscard]] std::string if_range(const PartOrigin &origin);

[[nodiscard]] bool is_this_machine(const QString &host);
/// `https`, or `http` to this machine itself.
[[nodiscard]] bool may_ask(const QUrl &url);
/// As above, and never from `https` down to `http`.
[[nodiscard]] bool may_redirect(const QUrl &from, const QUrl &to);

} // namespace ca
