// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/describe_quantization.h"

#include "ui/common/words.h"

#include <QCoreApplication>

namespace ca {

using namespace Qt::StringLiterals;

ExpectedFacts describe_costs(const ExpectedCosts &costs)
{
    ExpectedFacts facts;
    facts.file = costs.prediction.file;
    facts.float_file = costs.float_file;
    facts.work = costs.prediction.work;
    facts.run = costs.prediction.run;
    facts.seconds = costs.prediction.seconds;
    facts.problem = words::from(costs.problem.value_or(std::string()));
    facts.searched = costs.searched;
    return facts;
}

QuantizedFacts describe_quantization(const Quantization &made)
{
    QuantizedFacts facts;
    facts.name = words::from(describe(made.model.recipe, made.model.model));
    facts.predicted = made.predicted;
    facts.size = made.size;
    facts.float_size = made.float_size;
    facts.layers = made.model.weights.size();
    for (const FloatLayer &layer : made.model.left_float)
        facts.left_float << words::from(layer.name + ": " + layer.reason);
    for (const std::string &note : made.model.notes)
        facts.notes << words::from(note);
    facts.seconds = made.seconds;
    if (!made.accuracy)
        return facts;
    AnswersFacts answers;
    answers.split = QCoreApplication::translate("Quantize", "selection");
    answers.images = made.accuracy->n;
    answers.top1 = made.accuracy->top1();
    answers.low = made.accuracy->interval[0];
    answers.high = made.accuracy->interval[1];
    answers.float_top1 = made.float_accuracy->top1();
    answers.verdict = words::from(made.versus_float->verdict);
    answers.p_value = made.versus_float->p_value;
    answers.agreement = made.agreement;
    facts.answers = answers;
    return facts;
}

} // namespace ca
