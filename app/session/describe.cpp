// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/describe.h"

#include "app/session/describe_scan.h"
#include "core/quantize/export/export.h"
#include "core/scan/scan.h"
#include "ui/common/words.h"

#include <QCoreApplication>
#include <QStringList>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Session", text);
}

QString format_word(FileFormat format)
{
    switch (format) {
    case FileFormat::torchscript:
        return u"TorchScript"_s;
    case FileFormat::state_dict:
        return tr("state dict");
    case FileFormat::safetensors:
        return u"safetensors"_s;
    case FileFormat::huggingface:
        return tr("Hugging Face folder");
    }
    return {};
}

QString code_word(CodeVerdict verdict)
{
    switch (verdict) {
    case CodeVerdict::none:
        return {};
    case CodeVerdict::plain:
        return tr("plain code");
    case CodeVerdict::suspicious:
        return tr("code that does more than compute");
    }
    return {};
}

QStringList clean_all(const std::vector<std::string> &texts)
{
    QStringList list;
    for (const std::string &text : texts)
        list << words::clean(text);
    return list;
}

} // namespace

Result<ModelFacts> describe_model(const FileInspection &inspection, const Model &model, std::stop_token stop,
                                  const Progress &progress)
{
    ModelFacts facts;
    facts.name = words::clean(model.file.filename().string());
    facts.file = QString::fromStdString(model.file.string());
    facts.format = format_word(inspection.format);
    facts.size = inspection.size;
    facts.parameters = model.parameters;
    facts.code = code_word(inspection.verdict);
    for (const auto &notes : {model.notes, model.program.notes()})
        for (const std::string &note : notes)
            if (!facts.notes.contains(words::clean(note)))
                facts.notes << words::clean(note);
    facts.has_network = model.has_network();
    facts.float_file = predicted_bytes(model, {});
    if (model.zero_shot)
        facts.zero_shot = ClassNames{clean_all(model.zero_shot->classes), clean_all(model.zero_shot->templates)};
    if (!model.program.layers().empty()) {
        const auto scanned = scan(model, {}, {}, stop, progress);
        if (!scanned)
            return forward(scanned);
        facts.sensitivity = describe_scan(*scanned);
    }
    return facts;
}

std::vector<FindingFacts> describe_findings(const FileInspection &inspection)
{
    std::vector<FindingFacts> facts;
    for (const CodeFinding &finding : inspection.findings)
        facts.push_back({words::clean(finding.member), finding.line, words::clean(finding.what)});
    return facts;
}

DataFacts describe_data(const DataSet &data)
{
    return {words::clean(data.name), QString::fromStdString(data.path),
            clean_all(data.classes), data.calibration.size(),
            data.selection.size(),   data.holdout.size()};
}

} // namespace ca
