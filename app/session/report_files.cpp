// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/report_files.h"

#include "app/session/drawing_application.h"
#include "ui/common/theme.h"
#include "ui/pareto/pareto_image.h"
#include "ui/report/examples_image.h"
#include "ui/report/pdf_writer.h"

#include <QImage>

namespace ca {

namespace {

constexpr QSize kChartSize{960, 600}; // as pareto.svg
constexpr double kChartScale = 2;

} // namespace

Result<std::string> draw_pdf(const report::Document &document)
{
    const DrawingApplication application;
    if (!application.can_draw())
        return fail(ErrorCode::failed,
                    "The report was not drawn as PDF: this process has no graphics. report.html says the same.");
    return report::to_pdf(document);
}

Result<std::string> draw_examples(const ExampleSet &set)
{
    const DrawingApplication application;
    if (!application.can_draw())
        return fail(ErrorCode::failed, "The examples were not drawn: this process has no graphics. report.html shows them.");
    const QByteArray bytes = png_bytes(report::examples_image(set));
    if (bytes.isEmpty())
        return fail(ErrorCode::failed, "The examples were not drawn: Qt has no PNG writer here. report.html shows them.");
    return bytes.toStdString();
}

Result<std::string> draw_pareto(const Study &study)
{
    const DrawingApplication application;
    if (!application.can_draw())
        return fail(ErrorCode::failed, "The chart was not drawn: this process has no graphics. pareto.svg is the same chart.");
    const QImage image =
        pareto_image(pareto_points(study), QString::fromStdString(study.name), light_theme(), kChartSize, kChartScale);
    const QByteArray bytes = png_bytes(image);
    if (bytes.isEmpty())
        return fail(ErrorCode::failed, "The chart was not drawn: Qt has no PNG writer here. pareto.svg is the same chart.");
    return bytes.toStdString();
}

} // namespace ca
