"""Changes an API as AWS does: what is refused, and what a change leaves behind.

* An open method has no authorizer, and a method with the type CUSTOM has one
  that the API knows.
* A REQUEST authorizer has no identity source unless one is given, its name is
  unique in the API, and it can't be deleted while a method has it.
* A name in the path of a patch may hold an escaped slash.
* An OpenAPI document can be imported by a request, as it can by CloudFormation.
  It takes the integration's and the method's request parameters,
  `x-amazon-apigateway-any-method` and mock responses along.
"""

from __future__ import annotations

EXTENDS = (
    "services.apigateway_v1:_create_rest_api",
    "services.apigateway_v1:_import_rest_api",
    "services.apigateway_v1:_create_authorizer",
    "services.apigateway_v1:_delete_authorizer",
    "services.apigateway_v1:_update_method",
    "services.apigateway_v1:_apply_patch",
    "services.apigateway_v1:_import_path_item",
    "services.apigateway_v1:_import_operation",
    "services.apigateway_v1:_put_method",
    "services.apigateway_v1:_put_integration",
)

#: How an OpenAPI document names the method `ANY`.
_ANY = "x-amazon-apigateway-any-method"

#: The authorization types of methods that have an authorizer.
_BY_AUTHORIZER = ("CUSTOM", "COGNITO_USER_POOLS")


def install(app, apigw) -> None:
    create_rest_api = apigw._create_rest_api
    create_authorizer = apigw._create_authorizer
    delete_authorizer = apigw._delete_authorizer
    update_method = apigw._update_method
    apply_patch = apigw._apply_patch
    import_path_item = apigw._import_path_item
    import_operation = apigw._import_operation
    put_integration = apigw._put_integration

    def refused(message: str, code: str = "BadRequestException", status: int = 400):
        return apigw._v1_error(code, message, status)

    def _create_rest_api(data):
        if "openapi" not in data and "swagger" not in data:
            return create_rest_api(data)
        _, headers, body = apigw._get_rest_api(apigw._import_rest_api(data))
        return 201, headers, body

    def _create_authorizer(api_id, data):
        names = [known["name"] for known in (apigw._authorizers_v1.get(api_id) or {}).values()]
        if data.get("name") in names:
            return refused("Authorizer name must be unique. Authorizer already exists in this RestApi.")
        if data.get("type") == "REQUEST":
            data = {"identitySource": "", **data}
        return create_authorizer(api_id, data)

    def _delete_authorizer(api_id, auth_id):
        known = (apigw._authorizers_v1.get(api_id) or {}).get(auth_id) or {}
        for resource in (apigw._resources.get(api_id) or {}).values():
            for verb, method in resource["resourceMethods"].items():
                if method.get("authorizerId") == auth_id:
                    named = f"Cannot delete authorizer '{known.get('name')}', is referenced in method: {verb}"
                    return refused(f"{named}/{resource['path']}", "ConflictException", 409)
        return delete_authorizer(api_id, auth_id)

    def _update_method(api_id, resource_id, http_method, data):
        resource = (apigw._resources.get(api_id) or {}).get(resource_id) or {}
        method = (resource.get("resourceMethods") or {}).get(http_method)
        if method is None:
            return update_method(api_id, resource_id, http_method, data)
        before = dict(method)
        scopes = list(method.get("authorizationScopes") or [])
        plain = []
        for change in data.get("patchOperations", []):
            if change["path"] != "/authorizationScopes":
                plain.append(change)
            elif change["op"] == "add":
                scopes.append(change["value"])
            else:
                scopes.remove(change["value"])
        result = update_method(api_id, resource_id, http_method, {"patchOperations": plain})
        method["authorizationScopes"] = scopes
        if method["authorizationType"] not in _BY_AUTHORIZER:
            method["authorizerId"] = None
        elif method.get("authorizerId") not in (apigw._authorizers_v1.get(api_id) or {}):
            method.update(before)
            return refused("Invalid authorizer ID specified")
        return result[0], result[1], apigw._v1_response(method, result[0])[2]

    def _apply_patch(obj, patch_ops):
        for change in patch_ops:
            path = change.get("path", "")
            if "~" not in path:
                apply_patch(obj, [change])
                continue
            *parents, name = [step.replace("~1", "/").replace("~0", "~") for step in path.lstrip("/").split("/")]
            target = obj
            for parent in parents:
                target = target.setdefault(parent, {})
            if change.get("op") == "remove":
                target.pop(name, None)
            else:
                target[name] = change.get("value")
        return obj

    def _import_path_item(api_id, path, path_item, scheme_map=None, default_security=None):
        import_path_item(api_id, path, path_item, scheme_map, default_security)
        if _ANY in path_item:
            (resource,) = [found for found in apigw._resources[api_id].values() if found["path"] == path]
            apigw._import_operation(api_id, resource["id"], "ANY", path_item[_ANY], scheme_map, default_security)

    def _import_operation(api_id, resource_id, http_method, operation, scheme_map=None, default_security=None):
        import_operation(api_id, resource_id, http_method, operation, scheme_map, default_security)
        method = apigw._resources[api_id][resource_id]["resourceMethods"][http_method]
        places = {"path": "path", "query": "querystring", "header": "header"}
        method["requestParameters"] = {
            f"method.request.{places[parameter['in']]}.{parameter['name']}": bool(parameter.get("required"))
            for parameter in operation.get("parameters", [])
        }
        integration = operation.get("x-amazon-apigateway-integration")
        if integration is None:
            return
        kept = {**integration, "type": integration["type"].upper()}
        responses = kept.pop("responses", {})
        put_integration(api_id, resource_id, http_method, kept)
        for pattern, response in responses.items():
            selection = {} if pattern == "default" else {"selectionPattern": pattern}
            answer = {**response, **selection}
            apigw._put_integration_response(api_id, resource_id, http_method, str(response["statusCode"]), answer)

    apigw._create_rest_api = _create_rest_api
    apigw._create_authorizer = _create_authorizer
    apigw._delete_authorizer = _delete_authorizer
    apigw._update_method = _update_method
    apigw._apply_patch = _apply_patch
    apigw._import_path_item = _import_path_item
    apigw._import_operation = _import_operation
