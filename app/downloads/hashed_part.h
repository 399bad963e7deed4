// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/downloads/part_file.h"
#include "core/base/sha256.h"

#include <string_view>

namespace ca {

/// A `PartFile` together with the SHA-256 of what is in it.
class HashedPart {
public:
    /// As `PartFile::open`. What is there already is hashed by `hash_some`.
    [[nodiscard]] static Result<HashedPart> open(const std::filesystem::path &target);

    [[nodiscard]] std::int64_t size() const { return file_.size(); }
    [[nodiscard]] const PartOrigin &origin() const { return file_.origin(); }

    /// Hashes some of what was kept, about 10 ms of work; false where nothing was left to hash. Nothing may be appended before.
    /// Errors: those of `PartFile::read`.
    [[nodiscard]] Result<bool> hash_some();

    [[nodiscard]] Status check_room(std::int64_t total) const { return file_.check_room(total); }
    [[nodiscard]] Status begin(PartOrigin origin);
    [[nodiscard]] Status append(std::span<const std::byte> bytes);
    /// Whether the checksum begins with these hexadecimal digits. Ends its computation: call once, until `begin`.
    [[nodiscard]] bool matches(std::string_view sha256) { return hash_.hex().starts_with(sha256); }
    [[nodiscard]] Status sync() const { return file_.sync(); }
    [[nodiscard]] Status keep() { return file_.keep(); }

private:
    explicit HashedPart(PartFile file) : file_(std::move(file)) { }

    PartFile file_;
    Sha256 hash_;
    std::int64_t hashed_ = 0; // bytes that are in hash_
};

} // namespace ca
