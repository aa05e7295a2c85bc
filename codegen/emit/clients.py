"""`<provider>/_async/`: the client and its resources, one module a top-level resource. `emit/sync.py` makes the synchronous half."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .. import ir, names
from ..code import Code
from ..pytypes import Annotations, documented
from ..render import header, render
from .params import params_name
from .validators import source_url

Resource = tuple[str, ...]  # ex) ("videos", "generations")


@dataclass(frozen=True, slots=True)
class ClassView:
    name: str
    doc: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class ModuleView:
    header: str
    doc: str
    params: list[str]  # modules
    classes: list[ClassView]


@dataclass(frozen=True, slots=True)
class RootView:
    attribute: str
    klass: str
    module: str
    doc: str


@dataclass(frozen=True, slots=True)
class ClientView:
    header: str
    name: str
    doc: str
    roots: list[RootView]


def emit(spec: ir.Spec) -> dict[str, str]:
    files: dict[str, str] = {}
    for provider in spec.providers:
        folder = f"{provider.name}/_async"
        files[f"{folder}/__init__.py"] = '"""The client, asynchronous half."""\n'
        files[f"{folder}/client.py"] = render("_async/client.py.jinja", module=client_view(provider))
        for root in roots(provider):
            files[f"{folder}/{root}.py"] = render("_async/resource.py.jinja", module=module_view(provider, root))
    return files


def roots(provider: ir.Provider) -> list[str]:
    return sorted({operation.resource[0] for operation in provider.operations})


def client_view(provider: ir.Provider) -> ClientView:
    rows = [RootView(root, class_name((root,)), root, f"Operations of `client.{root}`.") for root in roots(provider)]
    doc = f"Client of {provider.title}. {provider.description}"
    return ClientView(header("codegen/emit/clients.py", provider.source.file), f"Async{provider.title}", doc, rows)


def class_name(resource: Resource, family: ir.Family | None = None) -> str:
    base = "Async" + "".join(names.klass(part.replace("_", "-")) for part in resource)
    return base + (names.klass(family.id) if family else "")


def module_view(provider: ir.Provider, root: str) -> ModuleView:
    writer = Writer(provider)
    tree = sorted({operation.resource[: depth + 1] for operation in provider.operations for depth in range(len(operation.resource))})
    classes = [view for resource in tree if resource[0] == root for view in writer.resource(resource, tree)]
    return ModuleView(
        header=header("codegen/emit/clients.py", provider.source.file),
        doc=f"Operations of `client.{root}`.",
        params=sorted(writer.params),
        classes=classes,
    )


class Writer:
    """Writes the classes of one module and remembers what they refer to."""

    def __init__(self, provider: ir.Provider) -> None:
        self.provider = provider
        self.params: set[str] = set()
        self.routed = {route for operation in provider.operations for route in operation.routes}

    def resource(self, resource: Resource, tree: list[Resource]) -> list[ClassView]:
        """The class of a resource, after those of its families."""
        operations = [operation for operation in self.provider.operations if operation.resource == resource]
        code, families = Code(), self.families(operations)
        for child in tree:
            if child[:-1] == resource:
                self.attribute(code, child[-1], class_name(child), f"Operations of `client.{'.'.join(child)}`.")
        for family in families:
            self.attribute(code, names.module(family.id), class_name(resource, family), family.summary)
        for operation in operations:
            self.operation(code, operation)
        own = ClassView(class_name(resource), f"Operations of `client.{'.'.join(resource)}`.", code.lines)
        return [*(self.family(resource, family, operations) for family in families), own]

    def families(self, operations: list[ir.Operation]) -> list[ir.Family]:
        """Families with methods of their own here: where their requests are at home."""
        found: dict[str, ir.Family] = {}
        for operation in operations:
            if operation.dispatch != "none" and operation.id not in self.routed:
                homes = {operation.id, *operation.routes}
                found |= {family.id: family for family in self.provider.families if homes & set(family.operations)}
        return sorted(found.values(), key=lambda family: family.id)

    def attribute(self, code: Code, name: str, klass: str, doc: str) -> None:
        code("@cached_property")
        with code.block(f"def {name}(self) -> {klass}:"):
            code(f'"""{doc}"""')
            code(f"return {klass}(self._client)")
        code("")

    def family(self, resource: Resource, family: ir.Family, operations: list[ir.Operation]) -> ClassView:
        code = Code()
        for operation in operations:
            taken = {operation.id, *operation.routes} & set(family.operations)
            if operation.dispatch != "none" and taken and operation.id not in self.routed:
                self.body_methods(code, operation, family)
        return ClassView(class_name(resource, family), f"{family.title}: {family.summary}", code.lines)

    # --- methods ---

    def operation(self, code: Code, operation: ir.Operation) -> None:
        query = next(
            (task for task in self.provider.tasks if operation.id in {id for _, id in task.query} | self.family_queries(task)), None
        )
        if operation.contents:
            alone = self.provider.families_of(operation.id)[0] if operation.dispatch == "none" else None
            self.body_methods(code, operation, alone)
        elif query is not None:
            self.retrieve(code, operation, query)
        elif any(response.kind == "binary" for response in operation.responses):
            self.plain(code, operation, "AsyncBinary", "binary")
        else:
            self.plain(code, operation, self.answer(operation), "call")

    def family_queries(self, task: ir.Task) -> set[str]:
        return {family.query for family in self.provider.families if family.query and set(family.operations) & set(task.submit)}

    def answer(self, operation: ir.Operation) -> str:
        good = [response for response in operation.responses if response.status.startswith("2")]
        found = [f"responses.{name}" for response in good for name in response.schemas] or ["AnyResponse"]
        return " | ".join(found + ["TextResponse"] * any(response.text for response in good))

    def retrieve(self, code: Code, operation: ir.Operation, task: ir.Task) -> None:
        """A query of a task by its id, after the other path parameters if there are any."""
        in_path = [p for p in operation.parameters if p.location == "path"]
        arguments = ", ".join(f"{names.snake(p.name)}: str" for p in in_path)
        id = next((p.name for p in in_path if p.name == task.parameter), in_path[-1].name)
        with code.block(f"async def {operation.verb}(self, {arguments}, *, options: Options | None = None) -> AsyncTask:"):
            self.docstring(
                code, operation, [f"{names.snake(p.name)}: {documented(p.field)[0]}" for p in in_path], "The task, as it is now."
            )
            others = ", ".join(f"{p.name!r}: {names.snake(p.name)}" for p in in_path if p.name != id)
            carried = f", path={{{others}}}" if others else ""
            code(f"return await self._client.retrieve({operation.id!r}, {names.snake(id)}{carried}, options=options)")
        code("")

    def plain(self, code: Code, operation: ir.Operation, answer: str, call: str) -> None:
        """A method without a body: parameters only."""
        in_path = [p for p in operation.parameters if p.location == "path"]
        others = [p for p in operation.parameters if p.location != "path"]
        arguments = [f"{names.snake(p.name)}: {Annotations('').of(p.field.type, p.name)}" for p in in_path]
        arguments += ["*", *(f"{names.snake(p.name)}: {Annotations('').of(p.field.type, p.name)} | None = None" for p in others)]
        with code.block(f"async def {operation.verb}(self, {', '.join(arguments)}, options: Options | None = None) -> {answer}:"):
            said = [f"{names.snake(p.name)}: {documented(p.field)[0]}" for p in operation.parameters]
            self.docstring(code, operation, said, "")
            passed = [repr(operation.id)]
            for place in ("path", "query", "headers"):
                rows = [p for p in operation.parameters if p.location == place.removesuffix("s")]
                if rows:
                    passed.append(f"{place}={{{', '.join(f'{p.name!r}: {names.snake(p.name)}' for p in rows)}}}")
            self.returned(code, f"self._client.{call}({', '.join(passed)}, options=options)", answer)
        code("")

    def returned(self, code: Code, call: str, answer: str) -> None:
        if answer.startswith("responses.") or "Response" in answer.split("[")[0]:
            code(f"answer: {answer} = await {call}")
            code("return answer")
        else:
            code(f"return await {call}")

    def body_methods(self, code: Code, operation: ir.Operation, family: ir.Family | None) -> None:
        if operation.task is not None:
            self.with_body(code, operation, family, operation.verb, "AsyncTask", "submit")
            if operation.verb == "create":
                self.with_body(code, operation, family, "run", "AsyncTask", "run")
        elif any(response.kind == "stream" for response in operation.responses):
            self.with_body(code, operation, family, operation.verb, f"AsyncStream[{self.answer(operation)}]", "stream")
        elif any(response.kind == "binary" for response in operation.responses):
            self.with_body(code, operation, family, operation.verb, "AsyncBinary", "binary")
        else:
            self.with_body(code, operation, family, operation.verb, self.answer(operation), "call")
            events = [f"responses.{name}" for response in operation.responses for name in response.stream]
            if events:
                self.with_body(code, operation, family, "stream", f"AsyncStream[{' | '.join(events)}]", "stream")

    def with_body(self, code: Code, operation: ir.Operation, family: ir.Family | None, verb: str, answer: str, call: str) -> None:
        """A method whose keyword arguments are the body."""
        in_path = operation.dispatch == "path"
        places = [p for p in operation.parameters if p.location == "path" and not (in_path and p.name == operation.model_field)]
        queries = [p for p in operation.parameters if p.location == "query"]
        arguments, passed = (
            [*(f"{names.snake(p.name)}: {Annotations('').of(p.field.type, p.name)}" for p in places), "*"],
            [repr(operation.id)],
        )
        if family is None:
            arguments.append("model: str")
            passed.append("fields" if in_path else f"{{{operation.model_field!r}: model, **fields}}")
        else:
            self.params.add(names.module(family.id))
            passed.append("{**request, 'stream': True}" if call == "stream" and verb == "stream" else "{**request}")
        if call == "run":
            arguments += _RUN
            passed += [f"{name}={name}" for name in (argument.partition(":")[0] for argument in _RUN)]
        arguments += [f"{names.snake(p.name)}: {Annotations('').of(p.field.type, p.name)} | None = None" for p in queries]
        if places:
            passed.append(f"path={{{', '.join(f'{p.name!r}: {names.snake(p.name)}' for p in places)}}}")
        if queries:
            passed.append(f"query={{{', '.join(f'{p.name!r}: {names.snake(p.name)}' for p in queries)}}}")
        arguments.append("options: Options | None = None")
        arguments.append("**fields: Any" if family is None else f"**request: Unpack[{names.module(family.id)}.{params_name(family)}]")
        with code.block(f"async def {verb}(self, {', '.join(arguments)}) -> {answer}:"):
            said = [f"{names.snake(p.name)}: {documented(p.field)[0]}" for p in (*places, *queries)]
            self.docstring(code, operation, [*said, *self.body_arguments(family, call)], _RETURNS.get(call, ""), family)
            self.sent(code, operation, family, call, passed, answer)
        code("")

    def sent(self, code: Code, operation: ir.Operation, family: ir.Family | None, call: str, passed: list[str], answer: str) -> None:
        id, body, *others = passed
        if operation.dispatch == "path":
            if family is not None:
                code("body: dict[str, Any] = {**request}")
                code("model = body.pop('model')")
                body = "body"
            others.insert(0, f"path={{{operation.model_field!r}: model}}")
        body = f"body={body}" if call in ("call", "binary") else body
        self.returned(code, f"self._client.{call}({', '.join([id, body, *others])}, options=options)", answer)

    def body_arguments(self, family: ir.Family | None, call: str) -> list[str]:
        rows = ["model: Id of the model; an unknown one is sent with a warning."] if family is None else []
        if call == "run":
            rows += [
                "timeout: Seconds for submitting, waiting and downloading together; None is no limit.",
                "on_progress: Called with the task after each answer.",
                "download: A file or folder for the outputs, `files` of the task afterwards; it is looked at before anything is sent.",
                "overwrite: Whether files that exist may be replaced.",
            ]
        rows.append("options: Settings of this call.")
        if family is None:
            return [*rows, "**fields: Fields of the request, as the model's page documents them."]
        return [*rows, *(f"{field.name}: {documented(field)[0]}" for field in family.body.fields if field.name.isidentifier())]

    def docstring(
        self, code: Code, operation: ir.Operation, arguments: Iterable[str], returns: str, family: ir.Family | None = None
    ) -> None:
        code(f'"""{operation.summary}')
        code("")
        if operation.experimental:
            certainty = {"stated": "stated on public pages", "inferred": "inferred from similar services", "disputed": "disputed"}
            code(f"Experimental: the provider's own reference does not have it, it is {certainty[operation.source.certainty]}.")
            code("")
        code(f"`{operation.method} {operation.path}`, documented at {source_url(family.source if family else operation.source)}")
        rows = list(arguments)
        if rows:
            code("")
            code("Args:")
            for row in rows:
                code(f"    {row}")
        if returns:
            code("")
            code("Returns:")
            code(f"    {returns}")
        code("")
        code("Raises:")
        if operation.contents:
            code("    RequestInvalid: The request breaks a documented rule; nothing was sent.")
        code("    APIError: The gateway refused the request.")
        if operation.paid:
            code("    SubmitOutcomeUnknown: The request was sent, and whether it was taken is not known.")
        code('"""')


_RUN = (
    "timeout: float | None = 1800.0",
    "on_progress: Callable[[AsyncTask], object] | None = None",
    "download: str | PathLike[str] | None = None",
    "overwrite: bool = False",
)
_RETURNS = {"submit": "The task, to be waited for.", "run": "The task, which has succeeded."}
