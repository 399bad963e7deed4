// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/data/image_files.h"
#include "core/data/image_folder.h"
#include "core/data/open_folder.h"
#include "core/data/splits.h"

#include <algorithm>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kCalibrationMemory = kPictureMemory / 8; // 2,000 pictures of 224 x 224 take 301 MB
constexpr std::int64_t kTestMemory = kPictureMemory - kCalibrationMemory;

bool is_labelled(const ImageList &list)
{
    return !list.labels.empty() && list.labels.front() >= 0; // all of a list are, or none
}

void append(ImageList &list, const ImageList &more)
{
    list.split += (list.split.empty() || more.split.empty() ? "" : " and ") + more.split;
    list.files.insert(list.files.end(), more.files.begin(), more.files.end());
    list.labels.insert(list.labels.end(), more.labels.begin(), more.labels.end());
}

/// `val` and `test` together; of a folder without them, all images that there are.
ImageList test_list(const ImageFolder &images, std::vector<std::string> &notes)
{
    std::vector<const ImageList *> lists;
    for (const char *split : {"val", "test"})
        if (const ImageList *list = images.list(split))
            lists.push_back(list);
    if (lists.empty())
        for (const ImageList &list : images.lists)
            lists.push_back(&list);
    const bool any_labels = std::any_of(lists.begin(), lists.end(), [](const ImageList *list) { return is_labelled(*list); });
    ImageList together;
    for (const ImageList *list : lists) {
        if (any_labels && !is_labelled(*list))
            notes.push_back("The " + std::to_string(list->files.size()) + " images of " + list->split
                            + " have no labels and are left out.");
        else
            append(together, *list);
    }
    return together;
}

/// 2,000 seeded images of `train`, where it does not belong to the test set; else none.
ImageList calibration_list(const ImageFolder &images, std::uint64_t seed)
{
    const ImageList *train = images.list("train");
    ImageList few{"train", {}, {}};
    if (!train || images.lists.size() == 1)
        return few;
    Order order = calibration_order(train->files.size(), seed);
    order.resize(std::min(order.size(), kMostForCalibration));
    for (const std::uint32_t index : order) {
        few.files.push_back(train->files[index]);
        few.labels.push_back(train->labels[index]);
    }
    return few;
}

/// "100 images of val"
std::string counted(const ImageList &list)
{
    return std::to_string(list.files.size()) + " images" + (list.split.empty() ? "" : " of " + list.split);
}

/// "3 of 100 images of val cannot be read and are left out, among them val/cat/1.png and val/cat/7.png."
std::string note_of(const std::vector<UnreadableImage> &unreadable, const ImageList &list)
{
    const auto name = [&](std::size_t i) { return clean_text(list.files[unreadable[i].index]); };
    const bool one = unreadable.size() == 1;
    return std::to_string(unreadable.size()) + " of " + counted(list) + " cannot be read and " + (one ? "is" : "are")
        + " left out" + (unreadable.size() > 2 ? ", among them " : ": ") + name(0) + (one ? "" : " and " + name(1)) + ".";
}

/// What can be read of `list`, as far as headers tell.
Result<ImageSet> readable(const ImageFolder &images, const ImageList &list, Bytes memory, std::vector<std::string> &notes,
                          const std::stop_token &stop, const Progress &progress)
{
    const auto headers = read_headers(images.folder, list, 0, stop, progress);
    if (!headers)
        return forward(headers);
    if (!headers->unreadable.empty() && headers->unreadable.size() == list.files.size())
        return fail(ErrorCode::bad_data,
                    "None of the " + counted(list) + " in " + images.folder.string() + " can be read. Choose another folder.",
                    headers->unreadable.front().error);
    if (!headers->unreadable.empty())
        notes.push_back(note_of(headers->unreadable, list));
    ImageSet set;
    set.classes = images.classes;
    std::vector<std::string> files;
    ImageSize common;
    for (std::size_t i = 0; i < list.files.size(); ++i) {
        const ImageSize size = headers->sizes[i];
        if (size == ImageSize{})
            continue;
        common = files.empty() || size == common ? size : ImageSize{};
        files.push_back(list.files[i]);
        set.labels.push_back(list.labels[i]);
    }
    set.height = common.height;
    set.width = common.width;
    set.files = std::make_shared<const ImageFiles>(images.folder, std::move(files), memory);
    return set;
}

} // namespace

Result<DataSet> open_pictures(const fs::path &folder, std::uint64_t seed, const std::stop_token &stop, const Progress &progress)
{
    const auto images = list_image_folder(folder, stop);
    if (!images)
        return forward(images);
    DataSet data;
    data.classes = images->classes;
    data.notes = images->warnings;
    auto test = readable(*images, test_list(*images, data.notes), bytes(kTestMemory), data.notes, stop, progress);
    if (!test)
        return forward(test);
    data.all = whole(std::move(*test));
    if (const ImageList list = calibration_list(*images, seed); !list.files.empty()) {
        auto calibration = readable(*images, list, bytes(kCalibrationMemory), data.notes, stop, progress);
        if (!calibration)
            return forward(calibration);
        data.calibration = whole(std::move(*calibration));
        data.calibration.name = "calibration";
    }
    return data;
}

} // namespace ca
