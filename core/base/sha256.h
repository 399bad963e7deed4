// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace ca {

/// SHA-256 of bytes that arrive in pieces.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256 &&) noexcept;
    Sha256 &operator=(Sha256 &&) noexcept;

    void add(std::span<const std::byte> bytes);
    void add(std::string_view bytes);
    /// 64 lower-case hexadecimal digits of all that was added. Ends the computation: call once.
    [[nodiscard]] std::string hex();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

[[nodiscard]] std::string sha256(std::string_view bytes);

/// Reads the file once, in order. Errors: `not_found`, `unreadable`, `cancelled`.
[[nodiscard]] Result<std::string> sha256_of_file(const std::filesystem::path &file, std::stop_token stop = {});

} // namespace ca
