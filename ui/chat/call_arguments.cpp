// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/call_arguments.h"

#include "ui/chat/chat_words.h"
#include "ui/chat/link_button.h"
#include "ui/chat/prose_view.h"

#include <QFontDatabase>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

CallArguments::CallArguments(const Json &arguments, QWidget *parent) : QWidget(parent)
{
    setObjectName(u"call_arguments"_s);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    QWidget *json = make_json(arguments);
    column->addWidget(json);
    if (!arguments.is_object())
        return;
    QWidget *form = make_form(arguments);
    auto *as_json = make_link(u"call_as_json"_s, tr("As JSON"), tr("Show the arguments as JSON"));
    as_json->setCheckable(true);
    connect(as_json, &QPushButton::toggled, this, [=](bool is_json) {
        form->setVisible(!is_json);
        json->setVisible(is_json);
        as_json->setText(is_json ? tr("As a form") : tr("As JSON"));
        as_json->setAccessibleName(is_json ? tr("Show the arguments as a form") : tr("Show the arguments as JSON"));
    });
    json->hide();
    column->insertWidget(0, form);
    column->addWidget(as_json, 0, Qt::AlignLeft);
}

QWidget *CallArguments::make_form(const Json &arguments)
{
    auto *form = new QWidget;
    form->setObjectName(u"call_form"_s);
    auto *grid = new QGridLayout(form);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(2);
    grid->setColumnStretch(1, 1);
    constexpr int kMostRows = 40; // no tool takes so many
    for (const auto &[key, value] : arguments.items()) {
        if (grid->rowCount() > kMostRows) {
            grid->addWidget(new QLabel(tr("… more of them are in the JSON")), grid->rowCount(), 0, 1, 2);
            break;
        }
        auto *name = new QLabel(words::argument_name(key));
        name->setProperty("role", "dim");
        name->setTextFormat(Qt::PlainText);
        auto *text = new QLabel(words::argument_value(value));
        text->setProperty("role", "explanation");
        text->setTextFormat(Qt::PlainText);
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        name->setBuddy(text);
        const int row = grid->rowCount();
        grid->addWidget(name, row, 0, Qt::AlignTop);
        grid->addWidget(text, row, 1);
    }
    if (arguments.empty())
        grid->addWidget(new QLabel(tr("It takes no arguments.")), 0, 0, 1, 2);
    return form;
}

QWidget *CallArguments::make_json(const Json &arguments)
{
    auto *json = new ProseView(ProseView::Look::plain, tr("Arguments as JSON"));
    json->setObjectName(u"call_json"_s);
    QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    fixed.setPixelSize(12);
    json->setFont(fixed);
    json->append(words::indented(arguments));
    return json;
}

} // namespace ca
