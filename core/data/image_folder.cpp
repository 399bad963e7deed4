// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_folder.h"

#include "core/base/json.h"
#include "core/base/parallel.h"
#include "core/data/image_parts.h"
#include "core/data/natural_order.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

Status check_folder(const fs::path &folder)
{
    std::error_code ignored;
    if (!fs::exists(folder, ignored))
        return fail(ErrorCode::not_found, "There is no folder " + folder.string() + ". Check its name.");
    if (!fs::is_directory(folder, ignored))
        return fail(ErrorCode::bad_data, folder.string() + " is a file. Choose the folder that holds the images.");
    return {};
}

using NaturalOrder = bool (*)(std::string_view, std::string_view);
using Labels = std::map<std::string, int, NaturalOrder>;

/// Every label of every part with its number.
Labels number_labels(const std::vector<ImagePart> &parts)
{
    Labels labels(natural_less);
    for (const ImagePart &part : parts)
        for (const LabelledFile &file : part.files)
            if (!file.label.empty())
                labels.emplace(file.label, 0);
    int next = 0;
    for (auto &[label, number] : labels)
        number = next++;
    return labels;
}

ImageList image_list(ImagePart part, const Labels &labels)
{
    std::stable_sort(part.files.begin(), part.files.end(), [](const LabelledFile &a, const LabelledFile &b) {
        return a.label != b.label ? natural_less(a.label, b.label) : natural_less(a.file, b.file);
    });
    ImageList list{std::move(part.split), {}, {}};
    for (LabelledFile &file : part.files) {
        list.labels.push_back(file.label.empty() ? -1 : labels.at(file.label));
        list.files.push_back(std::move(file.file));
    }
    return list;
}

void warn_of_classes(ImageFolder &images)
{
    const auto &classes = images.classes;
    if (classes.size() == 1)
        images.warnings.push_back("The images of " + images.folder.string() + " all have the label " + classes.front()
                                  + ", so accuracy says little.");
    if (!std::is_sorted(classes.begin(), classes.end()))
        images.warnings.push_back("The classes of " + images.folder.string()
                                  + " are in natural order, 2 before 10; torchvision's ImageFolder puts 10 first.");
}

} // namespace

const ImageList *ImageFolder::list(std::string_view split) const
{
    const auto found = std::find_if(lists.begin(), lists.end(), [&](const ImageList &list) { return list.split == split; });
    return found == lists.end() ? nullptr : &*found;
}

Result<ImageFolder> list_image_folder(const fs::path &folder, std::stop_token stop)
{
    if (const auto checked = check_folder(folder); !checked)
        return forward(checked);
    auto listed = list_image_parts(folder, std::move(stop));
    if (!listed)
        return forward(listed);
    if (listed->parts.empty())
        return fail(ErrorCode::bad_data,
                    "The folder " + folder.string()
                        + " holds no image. Choose one with .png, .jpg, .bmp or .webp files, or with a folder of them for "
                          "each class, or with CIFAR binary records (test_batch.bin).");
    const Labels labels = number_labels(listed->parts);
    ImageFolder images{folder, {}, {}, std::move(listed->warnings)};
    for (const auto &[label, number] : labels)
        images.classes.push_back(clean_text(label));
    for (ImagePart &part : listed->parts)
        images.lists.push_back(image_list(std::move(part), labels));
    warn_of_classes(images);
    return images;
}

Result<ImageHeaders> read_headers(const fs::path &folder, const ImageList &list, int threads, std::stop_token stop,
                                  const Progress &progress)
{
    ImageHeaders headers{std::vector<ImageSize>(list.files.size()), {}};
    std::mutex mutex;
    std::atomic<std::size_t> done{0};
    const auto checked = parallel_for(list.files.size(), threads, std::move(stop), [&](std::size_t i) -> Status {
        if (const auto size = read_image_size(folder / list.files[i])) {
            headers.sizes[i] = *size;
        } else {
            const std::lock_guard lock(mutex);
            headers.unreadable.push_back({i, size.error()});
        }
        progress.report("Looking at the images", ++done, list.files.size());
        return {};
    });
    if (!checked)
        return forward(checked);
    std::sort(headers.unreadable.begin(), headers.unreadable.end(),
              [](const auto &a, const auto &b) { return a.index < b.index; });
    return headers;
}

} // namespace ca
