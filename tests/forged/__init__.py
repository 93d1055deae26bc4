"""Forged programs and certificates, and the claim at which each must be rejected."""
