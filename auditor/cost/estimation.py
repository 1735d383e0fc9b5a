"""From a plan to every quantity that follows: START HERE to see how the cost formulas hang together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.cost import flops, inference, kv_cache, pipeline, traffic
from auditor.cost.activations import stage_activations
from auditor.cost.amount import Amount, amount, count, total
from auditor.cost.architecture import Architecture
from auditor.cost.facts import PERCENT, Estimate, Fact, Nature
from auditor.cost.flops import CONVENTIONS
from auditor.cost.grid import Stage, padded_for_serving, split_stages
from auditor.cost.layout.divisibility import padded_vocabulary
from auditor.cost.memory import Shard, States, parameters_on_gpu, states, weights_on_gpu
from auditor.cost.params import actives, totals
from auditor.cost.plan_facts import Device, ParameterCount, PlanFacts, Serving, Training
from auditor.cost.recipes import RECIPES

__all__ = ["estimate"]

_STATES: Final = 2 * PERCENT
_ACTIVATIONS: Final = 15 * PERCENT
_WORK: Final = 3 * PERCENT
_CACHE: Final = 1 * PERCENT
_PARAMETERS: Final = Fraction(1, 200)


def estimate(plan: PlanFacts) -> Estimate:
    """Return every quantity that follows from `plan`, each with derivation, convention and source.

    Raises `ImpossiblePlanError` for a plan that cannot exist (most are refused when `PlanFacts` is made).
    """
    facts = list(_layout(plan))
    missing: list[str] = []
    if plan.model is None:
        if plan.training is not None:
            facts += [*_batch(plan, plan.training), *_bubble(plan)]
        missing.append("a model: its name, its size or its shape")
    elif isinstance(plan.model, ParameterCount):
        facts += _sized(plan, plan.model)
        missing.append("the model's architecture: activations, KV cache, attention FLOPs and traffic need it")
    else:
        facts += _model(plan.model)
        if plan.training is not None:
            facts += (_placed(fact, "training", plan.device) for fact in _training(plan, plan.model, plan.training))
        if plan.serving is not None:
            facts += (_placed(fact, "serving", plan.device) for fact in _serving(plan, plan.model, plan.serving))
    if plan.training is None and plan.serving is None:
        missing.append("a training or serving section: memory and time depend on it")
    if plan.device is None:
        missing.append("hardware: headroom, utilisation and time floors need it")
    return Estimate(tuple(facts), tuple(missing), plan.assumed)


_OF_THE_DEVICE: Final = ("time.", "rate.", "share.mfu", "share.hfu", "memory.utilization", "memory.headroom", "serving.")
"""Quantities that rest on figures of the hardware."""


def _placed(fact: Fact, phase: str, device: Device | None) -> Fact:
    firm = device is None or device.firm or not fact.quantity.startswith(_OF_THE_DEVICE)
    return replace(fact, phase=phase, firm=firm)


def _layout(plan: PlanFacts) -> Iterator[Fact]:
    grid = plan.grid
    source = "Megatron-Core core/parallel_state.py"
    degrees = [count("tp", grid.tp), count("cp", grid.cp), count("dp", grid.dp), count("pp", grid.pp)]
    yield Fact("gpus", "GPUs", degrees[0] * degrees[1] * degrees[2] * degrees[3], "1", "total", "EP is carved out of TP x CP x DP", source)
    replica = degrees[0] * degrees[1] * degrees[3]
    yield Fact("gpus.per_replica", "GPUs of one replica", replica, "1", "replica", "one data-parallel rank", source)
    stage = degrees[0] * degrees[1] * degrees[2]
    yield Fact("gpus.per_stage", "GPUs of one pipeline stage", stage, "1", "stage", "all data-parallel ranks of the stage", source)
    model = plan.model
    if isinstance(model, Architecture):
        split = split_stages(model, grid.pp, plan.stage_layers)
        most = max(stage.layers for stage in split.stages)
        yield Fact(
            "layers.per_stage", "layers on the largest stage", count("layers_per_stage", most), "1", "stage", split.convention, source
        )
        if model.experts is not None:
            per_gpu = count("E", model.experts.count) / count("ep", grid.ep)
            yield Fact("experts.per_gpu", "experts of one layer on a GPU", per_gpu, "1", "gpu", "in one layer", source)
            fullest = max(split.stages, key=lambda stage: stage.mixtures(model))
            every = per_gpu * count("moe_layers_per_stage", fullest.mixtures(model))
            over = "over the layers of the fullest stage"
            yield Fact("experts.per_gpu", "experts on a GPU", every, "1", "gpu", over, source, alternative=True)
        heads = count("a", model.heads) / count("tp", grid.tp)
        yield Fact("heads.per_gpu", "query heads on a GPU", heads, "1", "gpu", "attention TP", source)


def _model(model: Architecture) -> Iterator[Fact]:
    for index, definition in enumerate(totals(model)):
        yield Fact(
            "model.params",
            "parameters",
            definition.parameters,
            "1",
            "total",
            definition.name,
            "auditor.cost.params",
            tolerance=_PARAMETERS,
            alternative=index > 0,
        )
    if model.experts is not None:
        for index, definition in enumerate(actives(model)):
            yield Fact(
                "model.params_active",
                "parameters a token uses",
                definition.parameters,
                "1",
                "token",
                definition.name,
                "auditor.cost.params",
                tolerance=_PARAMETERS,
                alternative=index > 0,
            )
    if model.latent is not None:
        convention = "latent cache; every tensor-parallel rank holds all of it"
    else:
        convention = "whole model, every layer at full length, bf16"
    per_token = kv_cache.per_token(model)
    yield Fact(
        "memory.kv_per_token", "KV cache of a token", per_token, "byte", "total", convention, "auditor.cost.kv_cache", tolerance=_CACHE
    )


def _training(plan: PlanFacts, model: Architecture, training: Training) -> Iterator[Fact]:
    yield from _batch(plan, training)
    yield from _training_memory(plan, model, training)
    yield from _training_work(plan, model, training)
    yield from _bubble(plan)
    yield from _training_traffic(plan, model, training)


def _batch(plan: PlanFacts, training: Training) -> Iterator[Fact]:
    source = "Megatron-Core core/num_microbatches_calculator.py"
    b, dp = count("b", training.micro_batch), count("dp", plan.grid.dp)
    batch = b * dp if training.global_batch is None else count("B", training.global_batch)
    micro_batches = (batch / (b * dp)).named("M")
    yield Fact("batch.microbatches", "micro-batches in a step", micro_batches, "1", "replica", "global batch / (micro-batch x DP)", source)
    tokens = batch * count("s", training.sequence_length)
    yield Fact("batch.tokens", "tokens in a step", tokens, "token", "total", "global batch x sequence length", source)


def _stage_shard(plan: PlanFacts, model: Architecture, training: Training, stages: tuple[Stage, ...], stage: Stage) -> Shard:
    """Return the parameters that a GPU of a stage holds: its own, and under DualPipe the mirrored stage's as well."""
    vocab = padded_vocabulary(model.vocab, plan.grid.tp)
    own = parameters_on_gpu(model, plan.grid, stage, vocab, training.mtp)
    if plan.schedule is not pipeline.Schedule.DUALPIPE:
        return own
    mirrored = parameters_on_gpu(model, plan.grid, stages[-1 - stage.index], vocab, training.mtp)
    dense = (own.dense.renamed("stage") + mirrored.dense.renamed("mirrored_stage")).named("dense_params_per_gpu")
    expert = (own.expert.renamed("stage") + mirrored.expert.renamed("mirrored_stage")).named("expert_params_per_gpu")
    return Shard(dense, expert, own.largest_layer)


def _stage_states(plan: PlanFacts, training: Training, shard: Shard) -> States:
    kept = states(shard, training.recipe, training.settled_sharding, plan.dense_ranks, plan.grid.expert_data)
    if not training.frozen:
        return kept
    nothing = amount("0", 0, "byte")
    return States(kept.weights, nothing, nothing, kept.gathered)


def _training_memory(plan: PlanFacts, model: Architecture, training: Training) -> Iterator[Fact]:
    grid = plan.grid
    split = split_stages(model, grid.pp, plan.stage_layers)
    vocab = padded_vocabulary(model.vocab, grid.tp)
    best: tuple[Amount, Stage, Shard, States, Amount, Amount] | None = None
    seen: set[tuple[int, int, bool, bool, Fraction]] = set()
    for stage in split.stages:
        held = pipeline.in_flight(plan.schedule, grid.pp, plan.micro_batches, grid.vp, stage.index)
        alike = (stage.layers, stage.mixtures(model), stage.is_first, stage.is_last, held.value)
        if alike in seen:
            continue
        seen.add(alike)
        shard = _stage_shard(plan, model, training, split.stages, stage)
        kept = _stage_states(plan, training, shard)
        activations, working = stage_activations(
            model,
            grid,
            stage,
            micro_batch=training.micro_batch,
            tokens=training.sequence_length,
            in_flight=held,
            vocab=vocab,
            recompute=training.recompute,
            flash=training.flash,
            mtp=training.mtp,
        )
        used = total(kept.total, activations, working)
        if best is None or best[0] < used:
            best = (used, stage, shard, kept, activations, working)
    if best is None:
        return
    used, stage, shard, kept, activations, working = best
    recipe, sharding = training.recipe, training.settled_sharding
    where = f"stage {stage.index} of {grid.pp}" if grid.pp > 1 else "every GPU alike"
    if plan.schedule is pipeline.Schedule.DUALPIPE:
        where += " and its mirror, as DualPipe holds both"
    ranks = "DP" if plan.deepspeed else "DP x CP"
    bytes_text = f"{float(recipe.bytes_per_parameter):g}"
    how = f"{recipe.name}, {bytes_text} bytes per parameter, {sharding.name.lower()} sharded over {ranks} = {plan.dense_ranks}; {where}"
    if training.frozen:
        how = f"{recipe.name}, base weights frozen, adapters left out; {where}"
    for quantity, name, value in (
        ("memory.weights", "weights", kept.weights),
        ("memory.gradients", "gradients", kept.gradients),
        ("memory.optimizer", "optimizer states", kept.optimizer),
    ):
        yield Fact(quantity, name, value, "GiB", "gpu", how, recipe.source, tolerance=_STATES)
    if kept.gathered.value:
        yield Fact("memory.gathered", "layers gathered to compute", kept.gathered, "GiB", "gpu", how, recipe.source, tolerance=_STATES)
    yield Fact("memory.states", "model states", kept.total, "GiB", "gpu", how, recipe.source, tolerance=_STATES)
    attention = "flash attention" if training.flash else "attention scores kept"
    held_text = f"{training.recompute} recomputation, {attention}, {plan.schedule} schedule; {where}"
    source = "Korthikanti et al. 2022; auditor.cost.activations"
    yield Fact("memory.activations", "activations", activations, "GiB", "gpu", held_text, source, Nature.ESTIMATE, _ACTIVATIONS)
    if working.value:
        yield Fact("memory.working_set", "layer being recomputed", working, "GiB", "gpu", held_text, source, Nature.ESTIMATE, _ACTIVATIONS)
    without = "without CUDA context, communication buffers and fragmentation"
    yield Fact("memory.used", "memory of the fullest GPU", used, "GiB", "gpu", f"{where}; {without}", source, Nature.ESTIMATE, _ACTIVATIONS)
    yield from _headroom(plan.device, used, without)
    yield from _other_recipes(plan, training, shard)


def _headroom(device: Device | None, used: Amount, convention: str) -> Iterator[Fact]:
    if device is None or device.memory is None:
        return
    share = used / device.memory
    yield Fact(
        "memory.utilization", "share of the device's memory", share, "%", "gpu", convention, device.source, Nature.ESTIMATE, _ACTIVATIONS
    )
    left = device.memory - used
    yield Fact("memory.headroom", "memory left", left, "GiB", "gpu", convention, device.source, Nature.ESTIMATE, _ACTIVATIONS)


def _other_recipes(plan: PlanFacts, training: Training, shard: Shard) -> Iterator[Fact]:
    """Yield the model states under every other recipe and sharding: what else a claim may legitimately be."""
    if training.frozen:
        return
    for recipe in RECIPES.values():
        for sharding in recipe.admits:
            if recipe == training.recipe and sharding == training.settled_sharding:
                continue
            kept = states(shard, recipe, sharding, plan.dense_ranks, plan.grid.expert_data)
            how = f"{recipe.name}, {sharding.name.lower()} sharded"
            for quantity, name, value in (
                ("memory.weights", "weights", kept.weights),
                ("memory.gradients", "gradients", kept.gradients),
                ("memory.optimizer", "optimizer states", kept.optimizer),
                ("memory.states", "model states", kept.total),
            ):
                yield Fact(quantity, name, value, "GiB", "gpu", how, recipe.source, tolerance=_STATES, alternative=True)


def _training_work(plan: PlanFacts, model: Architecture, training: Training) -> Iterator[Fact]:
    length = training.sequence_length
    batch = training.global_batch or training.micro_batch * plan.grid.dp
    tokens = (count("B", batch) * count("s", length)).named("tokens")
    device, gpus = plan.device, plan.grid.gpus
    peak = None if device is None else device.peak(training.math)
    for index, convention in enumerate(CONVENTIONS):
        if convention.name == "full-windowed" and model.window is None:
            continue
        per_token = flops.training_per_token(model, length, convention, mtp=training.mtp, frozen=training.frozen)
        how = f"{convention.name} attention" + (", base weights frozen" if training.frozen else "")
        other = index > 0
        yield Fact(
            "work.per_token",
            "training FLOPs per token",
            per_token,
            "GFLOP",
            "token",
            how,
            convention.source,
            tolerance=_WORK,
            alternative=other,
        )
        step = (tokens * per_token).named("step_work")
        yield Fact(
            "work.per_step", "training FLOPs per step", step, "PFLOP", "total", how, convention.source, tolerance=_WORK, alternative=other
        )
        if peak is None:
            continue
        if training.step_time is None:
            floor = step / (count("gpus", gpus) * peak)
            bound = f"{how}, every GPU at its dense {training.math} peak"
            yield Fact("time.step", "step time", floor, "s", "total", bound, convention.source, Nature.FLOOR, alternative=other)
            continue
        per_gpu = step / (training.step_time * count("gpus", gpus))
        yield Fact(
            "rate.achieved_flops",
            "model FLOP/s of a GPU",
            per_gpu,
            "TFLOPS",
            "gpu",
            how,
            convention.source,
            tolerance=_WORK,
            alternative=other,
        )
        mfu = flops.utilisation(step, training.step_time, gpus, peak)
        against = f"{how}, dense {training.math} peak"
        yield Fact(
            "share.mfu", "model FLOPs utilisation", mfu, "%", "total", against, convention.source, tolerance=_WORK, alternative=other
        )
        hardware = flops.recomputed_per_token(model, length, training.recompute, convention)
        if hardware.value:
            hfu = flops.utilisation(step + tokens * hardware, training.step_time, gpus, peak)
            yield Fact(
                "share.hfu", "hardware FLOPs utilisation", hfu, "%", "total", against, convention.source, tolerance=_WORK, alternative=other
            )
    if training.step_time is not None:
        rate = tokens / training.step_time
        yield Fact("rate.tokens", "tokens per second", rate, "token/s", "total", "all tokens of the step", "definition", tolerance=PERCENT)
        yield Fact(
            "rate.tokens_per_gpu",
            "tokens per second of a GPU",
            rate / count("gpus", gpus),
            "token/s",
            "gpu",
            "all tokens of the step",
            "definition",
            tolerance=PERCENT,
        )


def _bubble(plan: PlanFacts) -> Iterator[Fact]:
    grid = plan.grid
    if grid.pp == 1:
        return
    found = pipeline.bubble(plan.schedule, grid.pp, plan.micro_batches, grid.vp)
    how = f"{plan.schedule}, backward twice forward"
    yield Fact(
        "share.bubble",
        "pipeline bubble",
        found.of_total,
        "%",
        "total",
        f"{how}; of the whole step",
        found.source,
        Nature.ESTIMATE,
        5 * PERCENT,
    )
    ideal = f"{how}; of the time without bubble"
    yield Fact(
        "share.bubble", "pipeline bubble", found.of_ideal, "%", "total", ideal, found.source, Nature.ESTIMATE, 5 * PERCENT, alternative=True
    )


def _training_traffic(plan: PlanFacts, model: Architecture, training: Training) -> Iterator[Fact]:
    grid, b, length = plan.grid, training.micro_batch, training.sequence_length
    micro_batches = count("M", plan.micro_batches)
    split = split_stages(model, grid.pp, plan.stage_layers)
    stage = max(split.stages, key=lambda stage: stage.layers)
    layers = count("layers_per_stage", stage.layers)
    volumes: list[tuple[str, str, Amount, str]] = []
    if grid.tp > 1:
        sent = micro_batches * layers * traffic.tensor_parallel_per_layer(model, grid, b, length)
        volumes.append(("traffic.tensor", "tensor parallelism", sent, "Shoeybi et al. 2019; Korthikanti et al. 2022"))
    if grid.pp > 1:
        sent = micro_batches * traffic.pipeline_per_micro_batch(model, grid, b, length)
        volumes.append(("traffic.pipeline", "pipeline parallelism", sent, "Narayanan et al. 2021, section 3.2"))
    if grid.cp > 1:
        sent = micro_batches * layers * traffic.context_parallel_per_layer(model, grid, b, length)
        volumes.append(("traffic.context", "context parallelism", sent, "Liu et al. 2023"))
    if grid.ep > 1 and stage.mixtures(model):
        each = traffic.expert_parallel_per_layer(model, grid, b, length)
        sent = micro_batches * count("moe_layers_per_stage", stage.mixtures(model)) * each
        volumes.append(("traffic.expert", "expert parallelism", sent, "DeepSeek-V3 report, section 3.2.2"))
    if plan.dense_ranks > 1 and not training.frozen:
        shard = _stage_shard(plan, model, training, split.stages, stage)
        sent = traffic.data_parallel_per_step(
            shard.dense, training.recipe, training.settled_sharding, plan.dense_ranks, plan.micro_batches
        ).per_step
        if shard.expert.value and grid.expert_data > 1:
            experts = traffic.data_parallel_per_step(
                shard.expert, training.recipe, training.settled_sharding, grid.expert_data, plan.micro_batches
            ).per_step
            sent = sent.named("dense_bytes") + experts.named("expert_bytes")
        volumes.append(("traffic.data", "data parallelism", sent, "Rajbhandari et al. 2020, section 7"))
    link = None if plan.device is None else plan.device.link
    for quantity, name, sent, source in volumes:
        shown = sent.named(quantity.replace(".", "_"))
        yield Fact(quantity, f"bytes a GPU sends for {name}", shown, "GB", "gpu", "per step; ring volume, no in-network reduction", source)
        if link is not None:
            time = shown / link
            how = "per step, at the full one-way link bandwidth, before overlap"
            yield Fact(f"time.{quantity}", f"time to send them for {name}", time, "ms", "gpu", how, source, Nature.FLOOR)


def _serving(plan: PlanFacts, model: Architecture, serving: Serving) -> Iterator[Fact]:
    used = None
    for fact in _serving_memory(plan, model, serving):
        yield fact
        if fact.quantity == "memory.used":
            used = fact.amount
    if used is not None:
        yield from _headroom(plan.device, used, "without CUDA graphs, activations and communication buffers")
    if plan.device is not None:
        yield from _serving_time(plan, plan.device, model, serving)


def _serving_memory(plan: PlanFacts, model: Architecture, serving: Serving) -> Iterator[Fact]:
    grid = plan.grid
    vocab = padded_for_serving(model.vocab, grid.tp)
    split = split_stages(model, grid.pp, plan.stage_layers)
    shards = [weights_on_gpu(model, grid, stage, vocab, serving.weights, serving.quantised) for stage in split.stages]
    weights = max(shards, key=lambda shard: shard.value)
    covered = "" if serving.weights.bits >= 16 else f", {serving.quantised} matrices; the rest bf16"
    how = f"{serving.weights.name}{covered}"
    yield Fact("memory.weights", "weights", weights, "GiB", "gpu", how, serving.weights.source, tolerance=_STATES)
    tokens = serving.prompt + serving.output
    cache = kv_cache.per_gpu(
        model, grid, tokens, serving.batch, serving.cache, block=serving.block, windows=serving.windows, indexer=model.indexer is not None
    )
    how = f"{serving.cache.name}, {serving.batch} sequences of {tokens} tokens on each data-parallel rank"
    yield Fact("memory.kv_cache", "KV cache", cache, "GiB", "gpu", how, "vLLM v1/kv_cache_interface.py", tolerance=_CACHE)
    used = (weights + cache).named("used")
    yield Fact(
        "memory.used",
        "weights and cache",
        used,
        "GiB",
        "gpu",
        "fullest stage; without activations, graphs and buffers",
        "sum",
        Nature.FLOOR,
    )
    device = plan.device
    if device is None or device.memory is None:
        return
    budget = count("utilization", serving.utilization) * device.memory - weights
    if budget.value <= 0:
        return
    room = kv_cache.capacity_tokens(budget.named("cache_budget"), model, grid, serving.cache)
    how = f"{float(serving.utilization):g} of the whole device less weights, as vLLM and SGLang count; activations and graphs take more"
    yield Fact("serving.cache_tokens", "tokens the cache can hold", room, "token", "replica", how, "vLLM config/cache.py", Nature.CEILING)
    free = count("utilization", serving.utilization) * (device.memory - weights)
    room = kv_cache.capacity_tokens(free.named("cache_budget"), model, grid, serving.cache)
    how = f"{float(serving.utilization):g} of what weights leave free, as TensorRT-LLM counts"
    yield Fact(
        "serving.cache_tokens",
        "tokens the cache can hold",
        room,
        "token",
        "replica",
        how,
        "TensorRT-LLM KvCacheConfig",
        Nature.CEILING,
        alternative=True,
    )


def _serving_time(plan: PlanFacts, device: Device, model: Architecture, serving: Serving) -> Iterator[Fact]:
    math = serving.math or serving.weights.math
    peak = device.peak(math)
    if peak is None or device.bandwidth is None:
        return
    source = "Pope et al. 2022, section 3"
    prefill = inference.prefill_floor(
        model,
        plan.grid,
        requests=serving.batch,
        tokens=serving.prompt,
        peak=peak,
        bandwidth=device.bandwidth,
        weight_format=serving.weights,
        covers=serving.quantised,
    )
    ttft = prefill.time.named("prefill")
    how = f"{serving.batch} prompts of {serving.prompt} tokens at once, dense {math} peak, every GPU busy"
    yield Fact("time.prefill", "prefill", ttft, "ms", "prefill", how, source, Nature.FLOOR)
    one = inference.prefill_floor(
        model,
        plan.grid,
        requests=1,
        tokens=serving.prompt,
        peak=peak,
        bandwidth=device.bandwidth,
        weight_format=serving.weights,
        covers=serving.quantised,
    )
    first = one.time.named("prefill_of_one")
    how = "one prompt alone, no queueing"
    yield Fact("time.ttft", "time to the first token", first, "ms", "request", how, source, Nature.FLOOR)
    middle = serving.prompt + serving.output // 2
    decode = inference.decode_floor(
        model,
        plan.grid,
        requests=serving.batch,
        context=middle,
        peak=peak,
        bandwidth=device.bandwidth,
        weight_format=serving.weights,
        covers=serving.quantised,
        cache_format=serving.cache,
        tokens_per_step=count("accepted", serving.tokens_per_step),
    )
    tpot = decode.time.named("tpot")
    how = f"{serving.batch} sequences of {middle} tokens (prompt and half the output)"
    yield Fact("time.tpot", "time per output token", tpot, "ms", "decode", how, source, Nature.FLOOR)
    whole = inference.end_to_end(first, tpot, serving.output).named("end_to_end")
    how = "one prefill and (output - 1) steps"
    yield Fact("time.end_to_end", "whole answer", whole, "ms", "request", how, source, Nature.FLOOR)
    requests = (count("R", serving.batch) * count("dp", plan.grid.dp)).named("requests")
    steady = requests / tpot
    apart = "concurrency / TPOT: reached only where prefill runs elsewhere"
    yield Fact("rate.tokens", "output tokens per second", steady, "token/s", "total", apart, "Little 1961", Nature.CEILING)
    rate = inference.output_rate(requests, serving.output, (inference.end_to_end(ttft, tpot, serving.output)).named("batch_time"))
    in_turn = "concurrency x output / (prefill of the batch + steps): prefill and decode in turn"
    yield Fact(
        "rate.tokens", "output tokens per second", rate, "token/s", "total", in_turn, "Little 1961", Nature.ESTIMATE, alternative=True
    )
    crossover = inference.crossover_batch(serving.weights, peak, device.bandwidth)
    how = "tokens per step above which matrix products are compute-bound"
    yield Fact("serving.crossover_batch", "cross-over batch", crossover, "1", "replica", how, "Williams et al. 2009")


def _sized(plan: PlanFacts, model: ParameterCount) -> Iterator[Fact]:
    """Yield what follows from a parameter count alone, evenly divided."""
    parameters = count("N", model.total)
    source = "definition"
    yield Fact("model.params", "parameters", parameters, "1", "total", "as given", source, tolerance=_PARAMETERS)
    used = count("N_active", model.active or model.total)
    if model.active is not None:
        yield Fact("model.params_active", "parameters a token uses", used, "1", "token", "as given", source, tolerance=_PARAMETERS)
    grid, training, serving = plan.grid, plan.training, plan.serving
    split = count("tp", grid.tp) * count("pp", grid.pp)
    share = (parameters / split).named("params_per_gpu")
    even = "divided evenly over TP x PP; stages and replicated parts make the fullest GPU larger"
    if training is not None:
        # Experts of an unknown architecture cannot be told from the rest: without EP the division is right for both.
        kept = states(Shard(share, count("0", 0), count("0", 0)), training.recipe, training.settled_sharding, plan.dense_ranks, 1)
        how = f"{training.recipe.name}, {training.settled_sharding.name.lower()} sharded; {even}"
        if grid.ep == 1:
            yield Fact("memory.states", "model states", kept.total, "GiB", "gpu", how, training.recipe.source, Nature.ESTIMATE, _STATES)
            yield Fact("memory.weights", "weights", kept.weights, "GiB", "gpu", how, training.recipe.source, Nature.ESTIMATE, _STATES)
        work = (amount("4" if training.frozen else "6", 4 if training.frozen else 6, "FLOP") * used).named("work_per_token")
        how = "4 N: frozen base weights, attention left out" if training.frozen else "6 N, attention left out"
        yield Fact(
            "work.per_token", "training FLOPs per token", work, "GFLOP", "token", how, "Kaplan et al. 2020", Nature.ESTIMATE, 10 * PERCENT
        )
        yield from _batch(plan, training)
        yield from _bubble(plan)
    if serving is not None:
        weights = amount("b_w", serving.weights.bytes, "byte") * parameters
        yield Fact(
            "memory.weights",
            "weights of the model",
            weights,
            "GiB",
            "total",
            f"{serving.weights.name}, every parameter",
            source,
            Nature.ESTIMATE,
            _STATES,
        )
        if grid.ep == 1:
            each = amount("b_w", serving.weights.bytes, "byte") * share
            yield Fact("memory.weights", "weights", each, "GiB", "gpu", f"{serving.weights.name}; {even}", source, Nature.ESTIMATE, _STATES)
