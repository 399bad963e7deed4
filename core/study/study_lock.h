// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <optional>
#include <string>

namespace ca {

/// Beside the store, and not the store itself: a lock on that is lost when SQLite closes the file.
inline constexpr const char *kLockFile = "study.lock";

/// The right to write a study, of one holder at a time, in whichever process. It ends with the process, however that ends; the
/// file stays and means nothing by itself. Readers do without.
class StudyLock {
public:
    /// Errors: `unwritable` where another holds it, whose process is named, or where the file cannot be made.
    [[nodiscard]] static Result<StudyLock> take(const std::filesystem::path &folder);
    /// Who holds it, as the end of a sentence ("process 4711 on this machine"); nothing where it is free.
    [[nodiscard]] static std::optional<std::string> holder(const std::filesystem::path &folder);

    StudyLock(StudyLock &&other) noexcept;
    StudyLock &operator=(StudyLock &&other) noexcept;
    ~StudyLock();

private:
    explicit StudyLock(int descriptor) : descriptor_(descriptor) { }
    int descriptor_;
};

} // namespace ca
