// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data_chooser/class_names_dialog.h"

#include "ui/common/words.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSet>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr QSize kUsual{640, 440};

QStringList lines_of(const QPlainTextEdit &edit)
{
    QStringList lines;
    for (const QString &line : edit.toPlainText().split(u'\n'))
        if (!line.trimmed().isEmpty())
            lines << line.trimmed();
    return lines;
}

QPlainTextEdit *make_edit(const QString &name, const QString &accessible, const QStringList &lines)
{
    auto *edit = new QPlainTextEdit(lines.join(u'\n'));
    edit->setObjectName(name);
    edit->setAccessibleName(accessible);
    edit->setProperty("role", "edit");
    edit->setTabChangesFocus(true);
    edit->setLineWrapMode(QPlainTextEdit::NoWrap);
    edit->setAcceptDrops(false); // a dropped file is the window's
    return edit;
}

QVBoxLayout *make_column(const QString &heading, QPlainTextEdit *edit)
{
    auto *label = new QLabel(heading);
    label->setProperty("role", "heading");
    label->setBuddy(edit);
    auto *column = new QVBoxLayout;
    column->setSpacing(4);
    column->addWidget(label);
    column->addWidget(edit, 1);
    return column;
}

QString first_twice(const QStringList &lines)
{
    QSet<QString> seen;
    for (const QString &line : lines) {
        if (seen.contains(line))
            return line;
        seen.insert(line);
    }
    return {};
}

} // namespace

QString problem_of(const ClassNames &names)
{
    if (names.classes.isEmpty())
        return ClassNamesDialog::tr("There is no class name. Write one a line.");
    if (names.templates.isEmpty())
        return ClassNamesDialog::tr("There is no template. Write one a line, as in \"a photo of a {}.\"");
    if (const QString twice = first_twice(names.classes); !twice.isEmpty())
        return ClassNamesDialog::tr("The class \"%1\" is there twice. Give each class a name of its own.").arg(twice);
    const auto bare =
        std::find_if(names.templates.begin(), names.templates.end(), [](const QString &line) { return !line.contains(u"{}"_s); });
    if (bare != names.templates.end())
        return ClassNamesDialog::tr("The template \"%1\" has no {} where the name of the class goes.").arg(*bare);
    if (const QString twice = first_twice(names.templates); !twice.isEmpty())
        return ClassNamesDialog::tr("The template \"%1\" is there twice. Remove one of them.").arg(twice);
    return {};
}

ClassNamesDialog::ClassNamesDialog(const ClassNames &names, const ClassNames &usual, QWidget *parent)
    : QDialog(parent), usual_(usual)
{
    setObjectName(u"class_names_dialog"_s);
    setAttribute(Qt::WA_WindowPropagation); // colours and font of the window
    setWindowTitle(tr("Class names"));
    auto *what =
        new QLabel(tr("The model compares an image with each name, put into each template in place of {}. The names stand "
                      "in the order of the data's classes."));
    what->setWordWrap(true);
    what->setProperty("role", "explanation");
    classes_ = make_edit(u"class_names"_s, tr("Class names, one a line"), names.classes);
    templates_ = make_edit(u"class_templates"_s, tr("Templates, one a line"), names.templates);
    problem_ = new QLabel;
    problem_->setObjectName(u"class_names_problem"_s);
    problem_->setProperty("role", "bad");
    problem_->setTextFormat(Qt::PlainText);
    problem_->setWordWrap(true);
    problem_->setMinimumHeight(2 * fontMetrics().lineSpacing()); // nothing moves when it speaks

    auto *buttons = new QDialogButtonBox;
    reset_ = buttons->addButton(tr("Reset"), QDialogButtonBox::ResetRole);
    auto *cancel = buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole);
    ok_ = buttons->addButton(tr("Use these names"), QDialogButtonBox::AcceptRole);
    reset_->setObjectName(u"class_names_reset"_s);
    reset_->setAccessibleName(tr("Bring back the data's class names and the published templates"));
    reset_->setAutoDefault(false);
    cancel->setObjectName(u"class_names_cancel"_s);
    cancel->setAccessibleName(tr("Keep the names as they were"));
    ok_->setObjectName(u"class_names_ok"_s);
    ok_->setAccessibleName(tr("Use these names"));
    ok_->setProperty("role", "primary");
    ok_->setDefault(true);

    auto *edits = new QHBoxLayout;
    edits->setSpacing(12);
    edits->addLayout(make_column(tr("Class names"), classes_), 2);
    edits->addLayout(make_column(tr("Templates"), templates_), 3);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(what);
    column->addLayout(edits, 1);
    column->addWidget(problem_);
    column->addWidget(buttons);
    resize(kUsual);

    connect(classes_, &QPlainTextEdit::textChanged, this, &ClassNamesDialog::check);
    connect(templates_, &QPlainTextEdit::textChanged, this, &ClassNamesDialog::check);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(reset_, &QPushButton::clicked, this, [this] {
        classes_->setPlainText(usual_.classes.join(u'\n'));
        templates_->setPlainText(usual_.templates.join(u'\n'));
    });
    check();
}

ClassNames ClassNamesDialog::names() const
{
    return {lines_of(*classes_), lines_of(*templates_)};
}

void ClassNamesDialog::check()
{
    const ClassNames now = names();
    const QString problem = problem_of(now);
    problem_->setText(problem);
    ok_->setEnabled(problem.isEmpty());
    reset_->setEnabled(now != usual_);
}

} // namespace ca
