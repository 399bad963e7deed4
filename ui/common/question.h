// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <functional>

class QWidget;

namespace ca {

/// What a person is asked before something that costs time or space, or cannot be undone.
struct Question {
    QString sentence; ///< "Download ResNet-18?"
    QString facts;
    QString yes;           ///< a verb: "Download"
    bool is_final = false; ///< it cannot be undone, so Enter is no
};

/// Asks in the platform's own way over `parent` and returns at once; `on_yes` is called where the answer is yes, `on_no` where it
/// is no.
void ask(QWidget *parent, const Question &question, std::function<void()> on_yes, std::function<void()> on_no = {});

} // namespace ca
