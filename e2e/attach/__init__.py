"""The gate in front of REST APIs that others have made: by hand, by CloudFormation, from an OpenAPI document."""
