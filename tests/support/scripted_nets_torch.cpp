// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/scripted_nets_torch.h"

#include <torch/script.h>

#include <cmath>
#include <map>
#include <stdexcept>

namespace {

using Module = torch::jit::Module;

struct Weight {
    std::string name; ///< dotted path
    std::vector<std::int64_t> shape;
};

struct Net {
    std::vector<Weight> weights;
    std::string source;
};

std::vector<Weight> batch_norm(const std::string &name, std::int64_t channels)
{
    return {{name + ".weight", {channels}},
            {name + ".bias", {channels}},
            {name + ".running_mean", {channels}},
            {name + ".running_var", {channels}}};
}

std::vector<Weight> joined(std::initializer_list<std::vector<Weight>> parts)
{
    std::vector<Weight> all;
    for (const auto &part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

Net cnn()
{
    return {joined({{{"conv1.weight", {16, 3, 3, 3}}},
                    batch_norm("bn1", 16),
                    {{"layer1.conv1.weight", {16, 16, 3, 3}}},
                    batch_norm("layer1.bn1", 16),
                    {{"layer1.conv2.weight", {16, 16, 3, 3}}},
                    batch_norm("layer1.bn2", 16),
                    {{"layer2.conv1.weight", {32, 16, 3, 3}}},
                    batch_norm("layer2.bn1", 32),
                    {{"layer2.conv2.weight", {32, 32, 3, 3}}},
                    batch_norm("layer2.bn2", 32),
                    {{"layer2.down.weight", {32, 16, 1, 1}}},
                    {{"fc.weight", {10, 32}}, {"fc.bias", {10}}}}),
            R"(
def forward(self, x):
    y = torch.conv2d(x, self.conv1.weight, None, [1, 1], [1, 1], [1, 1], 1)
    y = torch.batch_norm(y, self.bn1.weight, self.bn1.bias, self.bn1.running_mean, self.bn1.running_var, False, 0.1, 1e-5, True)
    y = torch.relu_(y)
    y = torch.max_pool2d(y, [2, 2], [2, 2], [0, 0], [1, 1], False)
    z = torch.conv2d(y, self.layer1.conv1.weight, None, [1, 1], [1, 1], [1, 1], 1)
    z = torch.batch_norm(z, self.layer1.bn1.weight, self.layer1.bn1.bias, self.layer1.bn1.running_mean, self.layer1.bn1.running_var, False, 0.1, 1e-5, True)
    z = torch.relu_(z)
    z = torch.conv2d(z, self.layer1.conv2.weight, None, [1, 1], [1, 1], [1, 1], 1)
    z = torch.batch_norm(z, self.layer1.bn2.weight, self.layer1.bn2.bias, self.layer1.bn2.running_mean, self.layer1.bn2.running_var, False, 0.1, 1e-5, True)
    z += y
    y = torch.relu_(z)
    z = torch.conv2d(y, self.layer2.conv1.weight, None, [2, 2], [1, 1], [1, 1], 1)
    z = torch.batch_norm(z, self.layer2.bn1.weight, self.layer2.bn1.bias, self.layer2.bn1.running_mean, self.layer2.bn1.running_var, False, 0.1, 1e-5, True)
    z = torch.relu_(z)
    z = torch.conv2d(z, self.layer2.conv2.weight, None, [1, 1], [1, 1], [1, 1], 1)
    z = torch.batch_norm(z, self.layer2.bn2.weight, self.layer2.bn2.bias, self.layer2.bn2.running_mean, self.layer2.bn2.running_var, False, 0.1, 1e-5, True)
    d = torch.conv2d(y, self.layer2.down.weight, None, [2, 2], [0, 0], [1, 1], 1)
    z += d
    y = torch.relu_(z)
    y = torch.flatten(torch.adaptive_avg_pool2d(y, [1, 1]), 1)
    return torch.linear(y, self.fc.weight, self.fc.bias)
)"};
}

Net depthwise()
{
    return {joined({{{"stem.weight", {16, 3, 3, 3}},
                     {"stem.bias", {16}},
                     {"expand.weight", {48, 16, 1, 1}},
                     {"expand.bias", {48}},
                     {"spatial.weight", {48, 1, 3, 3}},
                     {"spatial.bias", {48}},
                     {"project.weight", {16, 48, 1, 1}},
                     {"project.bias", {16}},
                     {"head.weight", {10, 16}},
                     {"head.bias", {10}}}}),
            R"(
def forward(self, x):
    y = torch.hardtanh_(torch.conv2d(x, self.stem.weight, self.stem.bias, [2, 2], [1, 1], [1, 1], 1), 0., 6.)
    z = torch.hardtanh_(torch.conv2d(y, self.expand.weight, self.expand.bias, [1, 1], [0, 0], [1, 1], 1), 0., 6.)
    z = torch.hardtanh_(torch.conv2d(z, self.spatial.weight, self.spatial.bias, [1, 1], [1, 1], [1, 1], 48), 0., 6.)
    z = torch.conv2d(z, self.project.weight, self.project.bias, [1, 1], [0, 0], [1, 1], 1)
    y = torch.add(y, z)
    y = torch.flatten(torch.adaptive_avg_pool2d(y, [1, 1]), 1)
    return torch.linear(y, self.head.weight, self.head.bias)
)"};
}

Net attention()
{
    return {joined({{{"patch.weight", {32, 3, 8, 8}},
                     {"patch.bias", {32}},
                     {"norm.weight", {32}},
                     {"norm.bias", {32}},
                     {"qkv.weight", {96, 32}},
                     {"qkv.bias", {96}},
                     {"out.weight", {32, 32}},
                     {"out.bias", {32}},
                     {"mlp.0.weight", {64, 32}},
                     {"mlp.0.bias", {64}},
                     {"mlp.3.weight", {32, 64}},
                     {"mlp.3.bias", {32}},
                     {"head.weight", {10, 32}},
                     {"head.bias", {10}}}}),
            R"(
def forward(self, x):
    y = torch.conv2d(x, self.patch.weight, self.patch.bias, [8, 8], [0, 0], [1, 1], 1)
    y = y.flatten(2).transpose(1, 2)
    b, t, e = y.size(0), y.size(1), y.size(2)
    n = torch.layer_norm(y, [32], self.norm.weight, self.norm.bias, 1e-6, False)
    qkv = torch.linear(n, self.qkv.weight, self.qkv.bias).view(b, t, 3, 4, 8).permute(2, 0, 3, 1, 4)
    q, k, v = qkv[0], qkv[1], qkv[2]
    a = torch.softmax(torch.matmul(q, k.transpose(-2, -1)) * 0.35355339, -1)
    a = torch.matmul(a, v).transpose(1, 2).reshape(b, t, e)
    y = y + torch.linear(a, self.out.weight, self.out.bias)
    m = torch.gelu(torch.linear(y, getattr(self.mlp, "0").weight, getattr(self.mlp, "0").bias))
    y = y + torch.linear(m, getattr(self.mlp, "3").weight, getattr(self.mlp, "3").bias)
    return torch.linear(y.mean(1), self.head.weight, self.head.bias)
)"};
}

/// As CLIP's image tower: q, k and v apart, attention by heads of 16, quick GELU.
Net gated()
{
    const auto linear = [](const std::string &name, std::int64_t out, std::int64_t in) {
        return std::vector<Weight>{{name + ".weight", {out, in}}, {name + ".bias", {out}}};
    };
    const auto norm = [](const std::string &name) {
        return std::vector<Weight>{{name + ".weight", {32}}, {name + ".bias", {32}}};
    };
    return {joined({{{"patch.weight", {32, 3, 8, 8}}},
                    norm("first_norm"),
                    linear("q", 32, 32),
                    linear("k", 32, 32),
                    linear("v", 32, 32),
                    linear("out", 32, 32),
                    norm("second_norm"),
                    linear("fc1", 64, 32),
                    linear("fc2", 32, 64),
                    linear("head", 10, 32)}),
            R"(
def heads(self, x):
    return x.view(x.size(0), x.size(1), 2, 16).transpose(1, 2)

def forward(self, x):
    y = torch.conv2d(x, self.patch.weight, None, [8, 8], [0, 0], [1, 1], 1).flatten(2).transpose(1, 2)
    n = torch.layer_norm(y, [32], self.first_norm.weight, self.first_norm.bias, 1e-5, False)
    q = self.heads(torch.linear(n, self.q.weight, self.q.bias))
    k = self.heads(torch.linear(n, self.k.weight, self.k.bias))
    v = self.heads(torch.linear(n, self.v.weight, self.v.bias))
    a = torch.scaled_dot_product_attention(q, k, v, None, 0.0, False, scale=0.25)
    a = a.transpose(1, 2).contiguous().reshape(y.size(0), y.size(1), 32)
    y = y + torch.linear(a, self.out.weight, self.out.bias)
    n = torch.layer_norm(y, [32], self.second_norm.weight, self.second_norm.bias, 1e-5, False)
    m = torch.linear(n, self.fc1.weight, self.fc1.bias)
    y = y + torch.linear(m * torch.sigmoid(1.702 * m), self.fc2.weight, self.fc2.bias)
    return torch.linear(y.mean(1), self.head.weight, self.head.bias)
)"};
}

Net mutating()
{
    return {{{"conv.weight", {8, 3, 3, 3}}, {"fc.weight", {10, 8}}},
            R"(
def forward(self, x):
    y = torch.conv2d(x, self.conv.weight, None, [2, 2], [1, 1], [1, 1], 1)
    y[:, 0:4] += 1.0
    y[:, 2].mul_(0.5)
    z = y.view(y.size(0), 8, -1)
    z.relu_()
    w = y.transpose(1, 2)
    w.add_(0.25)
    y[:, 7] = y[:, 0]
    return torch.linear(y.mean([2, 3]), self.fc.weight, None)
)"};
}

Net shape_if()
{
    return {{{"conv.weight", {8, 3, 3, 3}}, {"fc.weight", {10, 8}}},
            R"(
def forward(self, x):
    y = torch.conv2d(x, self.conv.weight, None, [1, 1], [1, 1], [1, 1], 1)
    if x.size(2) > 16:
        y = torch.avg_pool2d(y, [2, 2])
    assert y.dim() == 4
    return torch.linear(torch.relu(y).mean([2, 3]), self.fc.weight, None)
)"};
}

Net shared()
{
    return {{{"stem.weight", {8, 3, 3, 3}}, {"conv.weight", {8, 8, 3, 3}}, {"fc.weight", {10, 8}}},
            R"(
def forward(self, x):
    y = torch.relu(torch.conv2d(x, self.stem.weight, None, [2, 2], [1, 1], [1, 1], 1))
    y = torch.relu(torch.conv2d(y, self.conv.weight, None, [1, 1], [1, 1], [1, 1], 1))
    y = torch.relu(torch.conv2d(y, self.conv.weight, None, [1, 1], [1, 1], [1, 1], 1))
    return torch.linear(y.mean([2, 3]), self.fc.weight, None)
)"};
}

Net loop()
{
    return {{{"stem.weight", {8, 3, 3, 3}}, {"mix.weight", {8, 8}}, {"fc.weight", {8, 10}}, {"fc.bias", {10}}},
            R"(
def forward(self, x):
    y = torch.conv2d(x, self.stem.weight, None, [2, 2], [1, 1], [1, 1], 1).mean([2, 3])
    kept = [y]
    for i in range(3):
        y = torch.tanh(torch.matmul(y, self.mix.weight))
        kept.append(y)
    return torch.addmm(self.fc.bias, torch.stack(kept, 0).sum(0), self.fc.weight)
)"};
}

Net digits()
{
    return {{{"conv.weight", {8, 1, 5, 5}}, {"fc.weight", {10, 8 * 12 * 12}}},
            R"(
def forward(self, x):
    y = torch.max_pool2d(torch.relu(torch.conv2d(x, self.conv.weight, None, [1, 1], [0, 0], [1, 1], 1)), [2, 2], [2, 2], [0, 0], [1, 1], False)
    return torch.linear(torch.flatten(y, 1), self.fc.weight, None)
)"};
}

Net blocks()
{
    Net net{{{"stem.weight", {16, 3, 3, 3}}}, R"(
def forward(self, x):
    y = torch.relu(torch.conv2d(x, self.stem.weight, None, [2, 2], [1, 1], [1, 1], 1))
)"};
    for (const std::string block : {"0", "1", "2", "3", "4", "5"}) {
        net.weights.push_back({"blocks." + block + ".conv1.weight", {16, 16, 3, 3}});
        net.weights.push_back({"blocks." + block + ".conv2.weight", {16, 16, 3, 3}});
        net.source += "    b = getattr(self.blocks, \"" + block + R"(")
    z = torch.relu(torch.conv2d(y, b.conv1.weight, None, [1, 1], [1, 1], [1, 1], 1))
    y = torch.relu(y + torch.conv2d(z, b.conv2.weight, None, [1, 1], [1, 1], [1, 1], 1))
)";
    }
    net.weights.push_back({"fc.weight", {10, 16}});
    net.source += "    return torch.linear(y.mean([2, 3]), self.fc.weight, None)\n";
    return net;
}

const std::map<std::string, Net> &nets()
{
    static const std::map<std::string, Net> all{
        {"cnn", cnn()},
        {"depthwise", depthwise()},
        {"attention", attention()},
        {"gated", gated()},
        {"blocks", blocks()},
        {"mutating", mutating()},
        {"shape_if", shape_if()},
        {"shared", shared()},
        {"loop", loop()},
        {"digits", digits()},
        {"lenet", {{{"conv.weight", {8, 3, 5, 5}}, {"fc1.weight", {32, 8 * 14 * 14}}, {"fc2.weight", {10, 32}}}, R"(
def forward(self, x):
    y = torch.max_pool2d(torch.relu(torch.conv2d(x, self.conv.weight, None, [1, 1], [0, 0], [1, 1], 1)), [2, 2], [2, 2], [0, 0], [1, 1], False)
    y = y.view(y.size(0), -1)
    return torch.linear(torch.relu(torch.linear(y, self.fc1.weight, None)), self.fc2.weight, None)
)"}},
        {"written_view", {{{"conv.weight", {8, 3, 3, 3}}, {"fc.weight", {10, 8}}}, R"(
def forward(self, x):
    y = torch.conv2d(x, self.conv.weight, None, [2, 2], [1, 1], [1, 1], 1)
    v = y[:, 0]
    v.add_(1.0)
    v.mul_(3.0)
    y.sub_(0.5)
    w = v * 1.0
    return torch.linear(y.mean([2, 3]) + w.mean([1, 2]).unsqueeze(1), self.fc.weight, None)
)"}},
        {"transposed", {{{"conv.weight", {8, 3, 3, 3}}, {"up.weight", {8, 4, 2, 2}}, {"fc.weight", {10, 4}}}, R"(
def forward(self, x):
    y = torch.relu(torch.conv2d(x, self.conv.weight, None, [2, 2], [1, 1], [1, 1], 1))
    z = torch.relu(torch.conv_transpose2d(y, self.up.weight, None, [2, 2], [0, 0], [0, 0], 1, [1, 1]))
    return torch.linear(z.mean([2, 3]), self.fc.weight, None)
)"}},
        {"normalising", {{{"conv.weight", {8, 3, 3, 3}}, {"fc.weight", {10, 8}}}, R"(
def forward(self, x):
    x.sub_(0.5).div_(0.25)
    y = torch.relu(torch.conv2d(x, self.conv.weight, None, [2, 2], [1, 1], [1, 1], 1))
    return torch.linear(y.mean([2, 3]), self.fc.weight, None)
)"}},
        {"dictionary", {{{"conv.weight", {8, 3, 3, 3}}, {"fc.weight", {10, 8}}}, R"(
def forward(self, x):
    y = torch.relu(torch.conv2d(x, self.conv.weight, None, [2, 2], [1, 1], [1, 1], 1)).mean([2, 3])
    return {"features": y, "logits": torch.linear(y, self.fc.weight, None)}
)"}},
        {"grid", {{{"conv.weight", {8, 3, 3, 3}}, {"fc.weight", {10, 8}}}, R"(
def forward(self, x):
    y = torch.conv2d(x, self.conv.weight, None, [2, 2], [1, 1], [1, 1], 1)
    a, b = torch.meshgrid([torch.arange(y.size(2)), torch.arange(y.size(3))])
    y = y * (a + b).to(y.dtype)
    return torch.linear(y.mean([2, 3]), self.fc.weight, None)
)"}},
        {"batch_if", {{{"fc.weight", {10, 3}}}, R"(
def forward(self, x):
    y = x.mean([2, 3])
    if x.size(0) >= 8:
        y = -y
    return torch.linear(y, self.fc.weight, None)
)"}},
        {"counting", {{{"fc.weight", {10, 3}}}, R"(
def forward(self, x):
    y = x.mean([2, 3])
    bright = torch.nonzero(y > 0.5)
    if bright.numel() > 0:
        y = y * 2.0
    return torch.linear(y, self.fc.weight, None)
)"}},
        {"content", {{{"fc.weight", {10, 3}}}, R"(
def forward(self, x):
    y = x.mean([2, 3])
    if bool(y.sum() > 0):
        y = y * 2.0
    return torch.linear(y, self.fc.weight, None)
)"}},
        {"vector_input",
         {{{"fc.weight", {10, 16}}}, "def forward(self, x):\n    return torch.linear(x, self.fc.weight, None)\n"}},
        {"text_input",
         {{{"table.weight", {50, 8}}},
          "def forward(self, x):\n    return torch.embedding(self.table.weight, x, -1, False, False).mean(1)\n"}},
        {"image_output",
         {{{"conv.weight", {3, 3, 3, 3}}},
          "def forward(self, x):\n    return torch.conv2d(x, self.conv.weight, None, [1, 1], [1, 1], [1, 1], 1)\n"}},
        {"namesakes",
         {{{"rounded.weight", {8, 3, 3, 3}},
           {"llm_convolution.weight", {8, 8, 3, 3}},
           {"rounded_rows.weight", {16, 8}},
           {"rounded_images.weight", {16, 16}},
           {"rounded_between.weight", {16, 16}},
           {"x.weight", {10, 16}}},
          R"(
def forward(self, x):
    y = torch.relu(torch.conv2d(x, self.rounded.weight, None, [2, 2], [1, 1], [1, 1], 1))
    y = torch.relu(torch.conv2d(y, self.llm_convolution.weight, None, [1, 1], [1, 1], [1, 1], 1))
    y = torch.relu(torch.linear(y.mean([2, 3]), self.rounded_rows.weight, None))
    y = torch.relu(torch.linear(y, self.rounded_images.weight, None))
    y = torch.relu(torch.linear(y, self.rounded_between.weight, None))
    return torch.linear(y, self.x.weight, None)
)"}},
        {"positions",
         {{{"patch.weight", {16, 3, 8, 8}},
           {"linear.weight", {16, 16}},
           {"linear.bias", {16}},
           {"mid.weight", {32, 16}},
           {"fc.weight", {10, 32}},
           {"place.weight", {16, 16}},
           {"position.weight", {16, 16}},
           {"shift.weight", {1, 10}}},
          R"(
def forward(self, x):
    place = torch.embedding(self.place.weight, torch.arange(16), -1, False, False).reshape(1, 16, 4, 4)
    position = torch.embedding(self.position.weight, torch.arange(16), -1, False, False).unsqueeze(0)
    shift = torch.embedding(self.shift.weight, torch.arange(1), -1, False, False)
    y = torch.conv2d(x, self.patch.weight, None, [8, 8], [0, 0], [1, 1], 1)
    y = torch.relu(y + place).flatten(2).transpose(1, 2)
    y = torch.relu(torch.linear(y, self.linear.weight, self.linear.bias) + position)
    y = torch.relu(torch.linear(y, self.mid.weight, None)).mean([1])
    return torch.linear(y, self.fc.weight, None) + shift
)"}},
        {"turns", // tokens before images in one axis, as in torch.nn.MultiheadAttention
         {{{"patch.weight", {16, 3, 8, 8}}, {"linear.weight", {16, 16}}, {"linear.bias", {16}}, {"fc.weight", {10, 16}}},
          R"(
def forward(self, x):
    y = torch.relu(torch.conv2d(x, self.patch.weight, None, [8, 8], [0, 0], [1, 1], 1))
    y = y.flatten(2).permute([2, 0, 1]).reshape([-1, 16])
    y = torch.relu(torch.linear(y, self.linear.weight, self.linear.bias)).reshape([16, -1, 16]).mean([0])
    return torch.linear(y, self.fc.weight, None)
)"}},
        {"huge_constant", {{{"shift", {3}}}, "def forward(self, x):\n    return x.mean([2, 3]) + self.shift\n"}},
    };
    return all;
}

/// The module at a dotted path below `root`, made where it is missing. Returns it with the last part of the name.
std::pair<Module, std::string> parent_of(Module root, const std::string &path, std::map<std::string, Module> &made)
{
    Module at = root;
    std::string prefix;
    std::size_t begin = 0;
    for (std::size_t dot = path.find('.'); dot != std::string::npos; begin = dot + 1, dot = path.find('.', begin)) {
        const std::string part = path.substr(begin, dot - begin);
        prefix += "." + part;
        auto found = made.find(prefix);
        if (found == made.end()) {
            Module child(c10::QualifiedName("__torch__.net.Part"), root._ivalue()->compilation_unit(), true);
            found = made.emplace(prefix, child).first;
            at.register_module(part, child);
        }
        at = found->second;
    }
    return {at, path.substr(begin)};
}

at::Tensor value_for(const Weight &weight)
{
    const std::string &name = weight.name;
    const auto ends_with = [&](const std::string &end) { return name.size() >= end.size() && name.ends_with(end); };
    if (ends_with("running_var"))
        return torch::rand(weight.shape) + 0.5;
    if (weight.shape.size() == 1 && (ends_with("norm.weight") || name.find("bn") != std::string::npos) && ends_with("weight"))
        return torch::rand(weight.shape) + 0.5;
    if (weight.shape.size() == 1)
        return torch::randn(weight.shape) * 0.1;
    std::int64_t fan = 1;
    for (std::size_t i = 1; i < weight.shape.size(); ++i)
        fan *= weight.shape[i];
    return torch::randn(weight.shape) * std::sqrt(2.0 / static_cast<double>(fan));
}

} // namespace

std::filesystem::path write_scripted_net(const std::filesystem::path &folder, const std::string &kind)
{
    const auto found = nets().find(kind);
    if (found == nets().end())
        throw std::invalid_argument("no net of the kind " + kind);
    torch::manual_seed(7);
    Module root("__torch__.net.Net");
    std::map<std::string, Module> made;
    for (const Weight &weight : found->second.weights) {
        auto [parent, leaf] = parent_of(root, weight.name, made);
        parent.register_parameter(leaf, value_for(weight), leaf.rfind("running_", 0) == 0);
    }
    root.define(found->second.source);
    root.eval();
    const auto file = folder / (kind + ".pt");
    root.save(file.string());
    return file;
}

const std::vector<std::string> &recordable_nets()
{
    static const std::vector<std::string> kinds{"cnn",          "depthwise",   "attention",  "blocks", "mutating",
                                                "shape_if",     "shared",      "loop",       "digits", "lenet",
                                                "written_view", "normalising", "dictionary", "grid"};
    return kinds;
}

std::vector<float> interpret_net(const std::filesystem::path &file, const std::vector<float> &images,
                                 const std::vector<std::int64_t> &shape)
{
    const c10::InferenceMode inference;
    Module module = torch::jit::load(file.string(), at::kCPU);
    module.eval();
    const at::Tensor input = torch::tensor(images).view(shape);
    const c10::IValue result = module.forward({input});
    const at::Tensor chosen = result.isGenericDict() ? result.toGenericDict().at("logits").toTensor() : result.toTensor();
    const at::Tensor output = chosen.to(at::kFloat).contiguous();
    const float *first = output.data_ptr<float>();
    return {first, first + output.numel()};
}
