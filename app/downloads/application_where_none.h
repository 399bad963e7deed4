// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>

#include <clocale>
#include <optional>
#include <string>

namespace ca {

/// Qt's event loop wants an application object; the command line has none.
class ApplicationWhereNone {
public:
    ApplicationWhereNone()
    {
        if (QCoreApplication::instance())
            return;
        const std::string locale = std::setlocale(LC_ALL, nullptr); // Qt sets the user's, and numbers here are written in C's
        application_.emplace(count_, arguments_);
        std::setlocale(LC_ALL, locale.c_str());
    }

private:
    int count_ = 1;
    char name_[18] = "compression-agent";
    char *arguments_[2] = {name_, nullptr};
    std::optional<QCoreApplication> application_;
};

} // namespace ca
