"""`<provider>/models/`: pydantic models through datamodel-code-generator.

It reads a plain document lowered from the IR: no conditionals (it would drop them without a word), no bounds that depend on the model.
Rules are the validators' business; the models carry types, and what one field can say by itself.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from .. import ir, names
from ..render import header
from . import answers
from .nulls import Schema
from .openapi import response_schema
from .schema import Types

BASES = "unibind._core.model"
_OF_TASKS = ("state", "outputs")  # what every task answer has; a member of that name stays in the body


def emit(spec: ir.Spec) -> dict[str, str]:
    files: dict[str, str] = {}
    for provider in spec.providers:
        folder = f"{provider.name}/models"
        files[f"{folder}/__init__.py"] = (
            '"""Emitted pydantic models: `responses` with one module an answer, and `requests` with one module a family."""\n'
        )
        files |= {f"{folder}/requests/{name}": text for name, text in requests(provider).items()}
        files |= {f"{folder}/responses/{name}": text for name, text in responses(provider).items()}
    return files


def requests(provider: ir.Provider) -> dict[str, str]:
    """One module a family."""
    schemas = {f"{names.module(family.id)}.{request_name(family)}": request_schema(provider, family) for family in provider.families}
    bases: dict[str, str | list[str]] = dict.fromkeys(schemas, f"{BASES}.RequestModel")
    generated = run(schemas, bases, f"{BASES}.NestedModel", strict=True)
    source = f"spec/{provider.name}/families"
    return {name: headed(text, source, "Request models.") for name, text in generated.items()}


def responses(provider: ir.Provider) -> dict[str, str]:
    """One module a response."""
    schemas: dict[str, Schema] = {named.name: response_schema(named) | {"required": list[str]()} for named in provider.schemas}
    tasks = task_schemas(provider)
    bases: dict[str, str | list[str]] = {name: f"{BASES}.TaskModel" for name in schemas if name in tasks}
    for name in bases:
        schemas[name]["properties"] = {
            member: row for member, row in schemas[name].get("properties", {}).items() if member not in _OF_TASKS
        }
    generated = run(schemas, bases, f"{BASES}.ResponseModel", strict=False)
    return answers.split(generated["__init__.py"], f"spec/{provider.name}/schemas", answering(provider))


def request_name(family: ir.Family) -> str:
    return f"{names.klass(family.id)}Request"


def request_schema(provider: ir.Provider, family: ir.Family) -> Schema:
    body = ir.Object(fields=tuple(field for field in family.body.fields if field.name not in forbidden(family)))
    schema = Types(strict=False).object(body)
    operation = provider.operation(family.operations[0])
    if family.models and operation.dispatch == "body":
        model = {"type": "string", "enum": [model.id for model in family.models], "description": "Model id."}
        schema["properties"] = {operation.model_field: model} | schema.get("properties", {})
        schema["required"] = [operation.model_field, *schema.get("required", [])]
    return {"description": family.summary} | schema


def forbidden(family: ir.Family) -> set[str]:
    """Fields that are only listed because every request that has them is refused."""
    rules = (rule for rule in family.rules if rule.condition is None and rule.severity == "error")
    return {path[0] for rule in rules if isinstance(rule.constraint, ir.Forbid) for path in rule.constraint.paths if len(path) == 1}


def task_schemas(provider: ir.Provider) -> set[str]:
    """Response schemas of operations that submit or query tasks."""
    asked = {id for task in provider.tasks for pair in task.query for id in pair} | {
        id for task in provider.tasks for id in (*task.read, task.result)
    }
    found = (response for operation in provider.operations if operation.id in asked for response in operation.responses)
    return {name for response in found if response.status.startswith("2") for name in response.schemas}


def answering(provider: ir.Provider) -> set[str]:
    """Schemas that some operation answers with."""
    answers = (response for operation in provider.operations for response in operation.responses)
    return {name for response in answers for name in (*response.schemas, *response.stream)}


def run(schemas: dict[str, Schema], bases: dict[str, str | list[str]], base: str, *, strict: bool) -> dict[str, str]:
    """datamodel-code-generator on one plain document; module name -> text."""
    from datamodel_code_generator import generate
    from datamodel_code_generator.enums import DataModelType, InputFileType, StrictTypes
    from datamodel_code_generator.format import PythonVersion
    from datamodel_code_generator.parser import LiteralType

    document = {"openapi": "3.1.0", "info": {"title": "types", "version": "1"}, "paths": {}, "components": {"schemas": schemas}}
    modular = any("." in name for name in schemas)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / ("package" if modular else "__init__.py")
        generate(
            json.dumps(document),
            input_file_type=InputFileType.OpenAPI,
            output=output,
            output_model_type=DataModelType.PydanticV2BaseModel,
            target_python_version=PythonVersion.PY_311,
            base_class=base,
            base_class_map=bases,
            use_annotated=True,
            field_constraints=True,
            enum_field_as_literal=LiteralType.All,
            strict_types=[StrictTypes.str, StrictTypes.int, StrictTypes.float, StrictTypes.bool] if strict else [],
            strict_nullable=strict,
            type_mappings=["uri=string", "binary=string"],
            use_union_operator=True,
            use_standard_collections=True,
            use_schema_description=True,
            use_field_description=True,
            use_double_quotes=True,
            disable_timestamp=True,
            use_type_alias_type=False,
            collapse_root_models=True,
            disable_appending_item_suffix=True,
            allow_extra_fields=True,
            formatters=[],
        )
        root = output if modular else output.parent
        return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in sorted(root.rglob("*.py"))}


def headed(text: str, source: str, docstring: str) -> str:
    """The generator's own header gives way to ours."""
    body = [line for line in text.splitlines() if not line.startswith("#")]
    return "\n".join([f"# {header('codegen/emit/models.py', source)}", f'"""{docstring}"""', "", *body, ""])
