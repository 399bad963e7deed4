// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/state_dict.h"

#include "core/base/json.h"
#include "core/files/file_kind.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>
#include <system_error>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLegacyHead = 64 << 20; // the pickles before the storages; a few MB in the largest models
constexpr std::size_t kMagicPickle = 15;      // bytes, known since the file's kind was told by them
constexpr std::size_t kCountBytes = 8;        // before each storage of the older form: its number of elements

bool has_tensor(const PickleTree &tree, const PickleNode &dict)
{
    if (dict.kind != PickleKind::dict)
        return false;
    for (std::size_t i = 1; i < dict.items.size(); i += 2)
        if (tree.at(dict.items[i]).kind == PickleKind::tensor)
            return true;
    return false;
}

// Where checkpoints keep the weights. Sources: PyTorch's examples, timm, the reference code of DINO.
constexpr std::array<const char *, 11> kWeightKeys{"state_dict",     "model_state_dict", "model",  "net",
                                                   "network",        "weights",          "params", "ema",
                                                   "state_dict_ema", "ema_state_dict",   "teacher"};

/// The dictionary with the weights: the entry of a checkpoint, which may hold single tensors beside it, or the root; nullptr
/// where there is none.
const PickleNode *weights_of(const PickleTree &tree)
{
    const PickleNode &root = tree.at(tree.root);
    for (const char *key : kWeightKeys)
        if (const PickleNode *found = tree.find(root, key); found && has_tensor(tree, *found))
            return found;
    return has_tensor(tree, root) ? &root : nullptr;
}

tl::unexpected<Error> no_weights(const fs::path &file, const PickleTree &tree)
{
    const PickleNode &root = tree.at(tree.root);
    if (!tree.unknown_globals.empty()) {
        const std::string &name = root.text.empty() ? tree.unknown_globals.front() : root.text;
        return fail(ErrorCode::unsafe,
                    "The file " + file.string() + " asks Python to call `" + name
                        + "`, and holds no plain weights; it is not opened. If it is your model, save its "
                          "state_dict() or export it to TorchScript, and open that.");
    }
    return fail(ErrorCode::bad_format,
                "The file " + file.string()
                    + " holds no named tensors. Save the model's state_dict(), or export it to TorchScript.");
}

} // namespace

Result<StateDictFile> StateDictFile::open(const fs::path &file)
{
    const auto guess = guess_file(file);
    if (!guess)
        return forward(guess);
    StateDictFile opened;
    opened.file_ = file;
    Status status;
    if (guess->kind == FileKind::zip)
        status = opened.open_zip();
    else if (guess->kind == FileKind::legacy_torch)
        status = opened.open_legacy();
    else
        return fail(ErrorCode::bad_format,
                    "The file " + file.string() + " is " + guess->words + ". Choose a .pth file of weights.");
    if (!status)
        return forward(status);
    return opened;
}

Status StateDictFile::list(const PickleTree &tree)
{
    unknown_globals_ = tree.unknown_globals;
    const PickleNode *weights = weights_of(tree);
    if (!weights)
        return no_weights(file_, tree);
    std::set<std::string> names;
    for (std::size_t i = 0; i + 1 < weights->items.size(); i += 2) {
        const std::string name = key_text(tree.at(weights->items[i]));
        const PickleNode &node = tree.at(weights->items[i + 1]);
        if (node.kind != PickleKind::tensor)
            continue;
        const auto view = archive_ ? archive_->tensor(tree, node, name, "data/")
                                   : pickled_tensor(tree, node, "Its tensor \"" + clean_text(name.substr(0, 200)) + '"');
        if (!view)
            return forward(view);
        if (!names.insert(name).second)
            return fail(ErrorCode::bad_format,
                        "The file " + file_.string() + " names two tensors \"" + clean_text(name.substr(0, 200))
                            + "\". Save it again.");
        tensors_.push_back({name, *view});
    }
    return {};
}

Status StateDictFile::open_zip()
{
    auto archive = open_torch_archive(file_);
    if (!archive)
        return forward(archive);
    archive_ = std::move(*archive);
    const auto tree = archive_->pickle("data.pkl");
    return tree ? list(*tree) : Status(forward(tree));
}

// The older form: pickles of a magic number, a protocol, facts about the machine, the object, and the keys of its storages; then
// each storage as its number of elements (8 bytes, little-endian) and its bytes. Source: PyTorch, torch/serialization.py,
// _legacy_save.
Status StateDictFile::open_legacy()
{
    std::error_code reason;
    const std::uint64_t file_size = fs::file_size(file_, reason);
    std::ifstream stream(file_, std::ios::binary);
    std::string head(static_cast<std::size_t>(std::min<std::uint64_t>(file_size, kLegacyHead)), '\0');
    if (reason || !stream.read(head.data(), static_cast<std::streamsize>(head.size())))
        return fail(ErrorCode::unreadable, "The file " + file_.string() + " cannot be read. Check its permissions.");
    std::size_t at = kMagicPickle;
    std::array<PickleTree, 4> trees; // protocol, machine, object, keys
    for (PickleTree &tree : trees) {
        auto read = read_pickle(std::string_view(head).substr(at), "Its description of the model", false);
        if (!read)
            return forward(read);
        tree = std::move(*read);
        at += tree.end;
    }
    if (auto status = list(trees[2]); !status)
        return status;
    for (const PickleTree *other : {&trees[0], &trees[1], &trees[3]}) // whoever unpickles the file runs through them, too
        unknown_globals_.insert(unknown_globals_.end(), other->unknown_globals.begin(), other->unknown_globals.end());
    if (!place_storages(trees[3], at, file_size))
        return fail(
            ErrorCode::bad_format,
            "The file " + file_.string()
                + " ends early, or is a checkpoint of an old form that holds more than weights. Download it again, or save "
                  "its state_dict() with a newer PyTorch.");
    return {};
}

bool StateDictFile::place_storages(const PickleTree &keys, std::uint64_t begin, std::uint64_t file_size)
{
    std::map<std::string, std::vector<StateDictTensor *>> users;
    for (StateDictTensor &tensor : tensors_)
        users[tensor.view.storage].push_back(&tensor);
    for (const PickleRef key : keys.at(keys.root).items) {
        const auto found = users.find(key_text(keys.at(key)));
        if (found == users.end()) // of another dictionary of the checkpoint: its size is not known here
            break;
        begin += kCountBytes;
        std::uint64_t size = 0; // each user says it for itself
        for (const StateDictTensor *tensor : found->second)
            size = std::max(size, static_cast<std::uint64_t>(tensor->view.storage_elements) * tensor->view.element_bytes);
        if (begin > file_size || size > file_size - begin)
            return false;
        for (StateDictTensor *tensor : found->second) {
            tensor->storage_begin = begin;
            tensor->storage_bytes = size;
        }
        begin += size;
        users.erase(found);
    }
    return users.empty();
}

Result<std::vector<std::byte>> StateDictFile::read(const StateDictTensor &tensor) const
{
    if (archive_)
        return archive_->read(tensor.view, "data/", last_);
    return gather_from(tensor.view, tensor.view.storage, last_, [&]() -> Result<std::string> {
        std::ifstream stream(file_, std::ios::binary);
        std::string storage(static_cast<std::size_t>(tensor.storage_bytes), '\0');
        stream.seekg(static_cast<std::streamoff>(tensor.storage_begin));
        if (!stream.read(storage.data(), static_cast<std::streamsize>(storage.size())))
            return fail(ErrorCode::unreadable,
                        "The tensor \"" + clean_text(tensor.name) + "\" cannot be read from " + file_.string()
                            + ". The file may have changed meanwhile; open it again.");
        return storage;
    });
}

} // namespace ca
