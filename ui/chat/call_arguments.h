// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <QWidget>

namespace ca {

/// Arguments of a call, one row each, or the same as JSON. What is no object is shown as it is.
class CallArguments final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CallArguments)
public:
    explicit CallArguments(const Json &arguments, QWidget *parent = nullptr);

private:
    QWidget *make_form(const Json &arguments);
    QWidget *make_json(const Json &arguments);
};

} // namespace ca
