// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/density_view.h"

#include "ui/common/elided_label.h"
#include "ui/layers/density_chart.h"
#include "ui/layers/layer_words.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

QLabel *make_text(const QString &name, const char *role)
{
    auto *label = new QLabel;
    label->setObjectName(name);
    label->setProperty("role", role);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    return label;
}

} // namespace

DensityView::DensityView(QWidget *parent) : QWidget(parent)
{
    setObjectName(u"density_view"_s);
    chart_ = new DensityChart;
    title_ = new ElidedLabel;
    title_->setObjectName(u"density_title"_s);
    title_->setProperty("role", "heading");
    trouble_ = make_text(u"density_trouble"_s, "warning");
    facts_ = make_text(u"density_facts"_s, "dim");
    auto *texts = new QVBoxLayout;
    texts->setContentsMargins(0, 0, 0, 0);
    texts->setSpacing(3);
    texts->addWidget(title_);
    texts->addWidget(trouble_);
    texts->addWidget(facts_, 1);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(12, 8, 12, 4);
    row->setSpacing(16);
    row->addWidget(chart_, 4);
    row->addLayout(texts, 5);
}

void DensityView::set_layer(const LayerFacts &layer)
{
    const DensityFacts density = layer.density.value_or(DensityFacts{});
    const QString facts = layer.density ? words::density(layer).join(u" · "_s) : tr("Its weights are being looked at.");
    const QString trouble = words::trouble(density);
    chart_->set_density(density);
    chart_->setAccessibleName(tr("Weights of %1").arg(layer.name));
    chart_->setAccessibleDescription(facts + u' ' + trouble);
    title_->set_text(layer.name);
    trouble_->setText(trouble);
    trouble_->setVisible(!trouble.isEmpty());
    facts_->setText(facts);
    facts_->setToolTip(facts);
}

} // namespace ca
