// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/model_picker/findings_dialog.h"

#include "ui/common/words.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr QSize kUsual{560, 380};
constexpr std::size_t kMostShown = 200; // findings: enough to see what the code is up to

QLabel *make_label(const QString &text, const char *role)
{
    auto *label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setProperty("role", role);
    return label;
}

QString listed(const std::vector<FindingFacts> &findings)
{
    QStringList lines;
    for (std::size_t i = 0; i < std::min(findings.size(), kMostShown); ++i) {
        const FindingFacts &finding = findings[i];
        const QString member = words::escaped(finding.member);
        lines << (finding.line > 0 ? FindingsDialog::tr("%1, line %2").arg(member, QString::number(finding.line)) : member)
              << u"    "_s + words::escaped(finding.what) << QString();
    }
    if (findings.size() > kMostShown)
        lines << FindingsDialog::tr("and %1 more").arg(findings.size() - kMostShown);
    return lines.join(u'\n').trimmed();
}

} // namespace

FindingsDialog::FindingsDialog(const QString &file, const std::vector<FindingFacts> &findings, QWidget *parent) : QDialog(parent)
{
    setObjectName(u"findings_dialog"_s);
    setAttribute(Qt::WA_WindowPropagation); // colours and font of the window
    setWindowTitle(tr("Code that does more than compute"));
    auto *sentence =
        make_label(tr("%1 was not opened: it holds code that does more than compute.").arg(words::escaped(file)), "question");
    auto *why =
        make_label(tr("A model needs code to compute with numbers and for nothing else. Code that reaches files, the network "
                      "or other programs can do harm as soon as the file is opened. Nothing of it has run so far."),
                   "explanation");
    auto *list = new QPlainTextEdit(listed(findings));
    list->setObjectName(u"findings_list"_s);
    list->setAccessibleName(tr("What the code does"));
    list->setProperty("role", "edit");
    list->setReadOnly(true);
    list->setTabChangesFocus(true);
    list->setAcceptDrops(false);
    auto *advice = make_label(tr("Open it only if you know who made it and why it needs this."), "explanation");

    auto *buttons = new QDialogButtonBox;
    auto *refuse = buttons->addButton(tr("Do not open"), QDialogButtonBox::RejectRole);
    auto *trust = buttons->addButton(tr("Open anyway"), QDialogButtonBox::AcceptRole);
    refuse->setObjectName(u"findings_refuse"_s);
    refuse->setAccessibleName(tr("Do not open the file"));
    refuse->setProperty("role", "primary");
    trust->setObjectName(u"findings_trust"_s);
    trust->setAccessibleName(tr("Open the file in spite of its code"));
    trust->setAutoDefault(false);
    refuse->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(sentence);
    column->addWidget(why);
    column->addWidget(list, 1);
    column->addWidget(advice);
    column->addWidget(buttons);
    resize(kUsual);
    refuse->setFocus();
}

} // namespace ca
