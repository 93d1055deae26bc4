(* The reverse sweep is the transpose of forward mode, and both are the derivative.

   Proved here, for every straight-line program over the real numbers with constants, + - * /, unary minus and any table
   of unary transfer functions (h, h'), at every point where no divisor is 0 and each transfer function used has the
   derivative that the table says:

     reverse_is_transpose    <reverse sweep of a, d> = <a, tangents of d>, for all adjoints a and all directions d
     forward_is_derivative   the tangent of each register is its derivative along the curve that the inputs follow
     gradient                seeded with 1 at the last register, the sweep returns the partial derivatives: their
                             product with any direction d is the derivative of the value along d

   The reverse sweep is the one of Baur & Strassen (1983) with a quotient's shared t = w_bar / v: u receives t, and v
   receives -(t * w). The first theorem needs nothing of h and h'; the others need that h' is the derivative of h.

   Not proved: binary transfer functions, kinks, rounding, and anything about the Python code of this project. *)

Require Import Reals List Arith Lia Lra.
Import ListNotations.
Open Scope R_scope.

Section Table.
Variables h h' : nat -> R -> R.

(* A program is a list of instructions. The one at place k defines register k from registers below k; the registers
   below the first place are the inputs. *)
Inductive instruction :=
  | Constant (c : R)
  | Add (i j : nat) | Sub (i j : nat) | Mul (i j : nat) | Div (i j : nat)
  | Neg (i : nat)
  | Transfer (t i : nat).

Definition registers := nat -> R.
Definition set (e : registers) (k : nat) (z : R) : registers := fun m => if Nat.eqb m k then z else e m.
Definition add_to (e : registers) (i : nat) (z : R) : registers := set e i (e i + z).

(* What one instruction computes, and the tangent of that: v holds the values, d the tangents. *)
Definition value (v : registers) (g : instruction) : R :=
  match g with
  | Constant c => c
  | Add i j => v i + v j
  | Sub i j => v i - v j
  | Mul i j => v i * v j
  | Div i j => v i / v j
  | Neg i => - v i
  | Transfer t i => h t (v i)
  end.

Definition tangent (v d : registers) (g : instruction) : R :=
  match g with
  | Constant _ => 0
  | Add i j => d i + d j
  | Sub i j => d i - d j
  | Mul i j => v i * d j + d i * v j
  | Div i j => (d i - v i / v j * d j) / v j
  | Neg i => - d i
  | Transfer t i => h' t (v i) * d i
  end.

(* The contributions that one instruction at place k sends to the adjoints of its operands. *)
Definition pull (v : registers) (k : nat) (g : instruction) (a : registers) : registers :=
  match g with
  | Constant _ => a
  | Add i j => add_to (add_to a i (a k)) j (a k)
  | Sub i j => add_to (add_to a i (a k)) j (- a k)
  | Mul i j => add_to (add_to a i (a k * v j)) j (a k * v i)
  | Div i j => let t := a k / v j in add_to (add_to a i t) j (- (t * value v (Div i j)))
  | Neg i => add_to a i (- a k)
  | Transfer t i => add_to a i (a k * h' t (v i))
  end.

Fixpoint run (k : nat) (p : list instruction) (v : registers) : registers :=
  match p with [] => v | g :: q => run (S k) q (set v k (value v g)) end.

Fixpoint forward (k : nat) (p : list instruction) (v d : registers) : registers :=
  match p with [] => d | g :: q => forward (S k) q (set v k (value v g)) (set d k (tangent v d g)) end.

Fixpoint reverse (k : nat) (p : list instruction) (v a : registers) : registers :=
  match p with [] => a | g :: q => pull v k g (reverse (S k) q (set v k (value v g)) a) end.

Fixpoint dot (n : nat) (a d : registers) : R := match n with O => 0 | S m => dot m a d + a m * d m end.

Definition reads_below (k : nat) (g : instruction) : Prop :=
  match g with
  | Constant _ => True
  | Add i j | Sub i j | Mul i j | Div i j => (i < k /\ j < k)%nat
  | Neg i | Transfer _ i => (i < k)%nat
  end.

Fixpoint well_formed (k : nat) (p : list instruction) : Prop :=
  match p with [] => True | g :: q => reads_below k g /\ well_formed (S k) q end.

Fixpoint no_pole (k : nat) (p : list instruction) (v : registers) : Prop :=
  match p with
  | [] => True
  | g :: q => (match g with Div _ j => v j <> 0 | _ => True end) /\ no_pole (S k) q (set v k (value v g))
  end.

Fixpoint differentiable (k : nat) (p : list instruction) (v : registers) : Prop :=
  match p with
  | [] => True
  | g :: q => (match g with Transfer t i => derivable_pt_lim (h t) (v i) (h' t (v i)) | _ => True end)
      /\ differentiable (S k) q (set v k (value v g))
  end.

(* Scalar products of registers. *)
Lemma dot_ext n a d e : (forall m, (m < n)%nat -> d m = e m) -> dot n a d = dot n a e.
Proof. induction n; simpl; intros H; auto. rewrite IHn, (H n); auto. Qed.

Lemma dot_set_above n k a d z : (n <= k)%nat -> dot n a (set d k z) = dot n a d.
Proof.
  intros H; apply dot_ext; intros m Hm; unfold set.
  replace (m =? k)%nat with false; auto. symmetry; apply Nat.eqb_neq; lia.
Qed.

Lemma dot_add_to n i a d z : (i < n)%nat -> dot n (add_to a i z) d = dot n a d + z * d i.
Proof.
  induction n; intros H; [lia|]. simpl. destruct (Nat.eq_dec i n) as [->|Hn].
  - assert (E : forall m, (m <= n)%nat -> dot m (add_to a n z) d = dot m a d).
    { induction m; simpl; intros; auto. rewrite IHm by lia. unfold add_to at 1, set at 1.
      replace (m =? n)%nat with false; auto. symmetry; apply Nat.eqb_neq; lia. }
    rewrite E by lia. unfold add_to, set. rewrite Nat.eqb_refl. ring.
  - rewrite IHn by lia. unfold add_to at 1, set at 1. replace (n =? i)%nat with false. ring.
    symmetry; apply Nat.eqb_neq; lia.
Qed.

Lemma dot_seed n o d : dot n (set (fun _ => 0) o 1) d = if (o <? n)%nat then d o else 0.
Proof.
  induction n; simpl; auto. rewrite IHn. unfold set at 1.
  destruct (Nat.eqb_spec n o); destruct (Nat.ltb_spec o n); destruct (Nat.ltb_spec o (S n)); try lia; subst; ring.
Qed.

(* The contributions of an instruction, paired with d, are its adjoint times its tangent: one identity for each kind. *)
Theorem reverse_is_transpose : forall p k v d a,
  well_formed k p -> no_pole k p v ->
  dot k (reverse k p v a) d = dot (k + length p) a (forward k p v d).
Proof.
  induction p as [|g q IH]; intros k v d a W N; simpl.
  - rewrite Nat.add_0_r. reflexivity.
  - destruct W as [Wg Wq]; destruct N as [Ng Nq].
    replace (k + S (length q))%nat with (S k + length q)%nat by lia.
    rewrite <- (IH (S k) (set v k (value v g)) (set d k (tangent v d g)) a Wq Nq).
    set (A := reverse (S k) q (set v k (value v g)) a).
    simpl dot. rewrite (dot_set_above k k) by lia.
    unfold set at 1. rewrite Nat.eqb_refl.
    destruct g; simpl in *; try match type of Wg with _ /\ _ => destruct Wg end;
      repeat rewrite dot_add_to by assumption; simpl; try ring; try (field; assumption).
Qed.

(* One instruction, by the rules of analysis: its tangent is its derivative along any curve of the registers. *)
Lemma tangent_is_derivative g k (curve : R -> registers) (d : registers) s :
  reads_below k g ->
  (match g with Div _ j => curve s j <> 0 | _ => True end) ->
  (match g with Transfer t i => derivable_pt_lim (h t) (curve s i) (h' t (curve s i)) | _ => True end) ->
  (forall m, (m < k)%nat -> derivable_pt_lim (fun z => curve z m) s (d m)) ->
  derivable_pt_lim (fun z => value (curve z) g) s (tangent (curve s) d g).
Proof.
  intros W N H D. destruct g as [c|i j|i j|i j|i j|i|t i]; simpl in *.
  - apply (derivable_pt_lim_const c).
  - destruct W as [I J]. exact (derivable_pt_lim_plus _ _ _ _ _ (D i I) (D j J)).
  - destruct W as [I J]. exact (derivable_pt_lim_minus _ _ _ _ _ (D i I) (D j J)).
  - destruct W as [I J]. rewrite Rplus_comm. exact (derivable_pt_lim_mult _ _ _ _ _ (D i I) (D j J)).
  - destruct W as [I J].
    replace ((d i - curve s i / curve s j * d j) / curve s j)
      with ((d i * curve s j - d j * curve s i) / Rsqr (curve s j)) by (unfold Rsqr; field; assumption).
    exact (derivable_pt_lim_div _ _ _ _ _ (D i I) (D j J) N).
  - exact (derivable_pt_lim_opp _ _ _ (D i W)).
  - exact (derivable_pt_lim_comp _ _ _ _ _ (D i W) H).
Qed.

Theorem forward_is_derivative : forall p k (curve : R -> registers) (d : registers) s,
  well_formed k p -> no_pole k p (curve s) -> differentiable k p (curve s) ->
  (forall m, (m < k)%nat -> derivable_pt_lim (fun z => curve z m) s (d m)) ->
  forall m, (m < k + length p)%nat ->
  derivable_pt_lim (fun z => run k p (curve z) m) s (forward k p (curve s) d m).
Proof.
  induction p as [|g q IH]; intros k curve d s W N H D m L; simpl in *.
  - apply D; lia.
  - destruct W as [Wg Wq]; destruct N as [Ng Nq]; destruct H as [Hg Hq].
    apply (IH (S k) (fun z => set (curve z) k (value (curve z) g))); auto; [|lia].
    intros r Hr. unfold set. destruct (Nat.eqb_spec r k).
    + eapply tangent_is_derivative; eauto.
    + apply D; lia.
Qed.

(* Nothing above can tell two lists of registers apart that hold the same numbers. *)
Lemma pointwise : forall p k u v, (forall i, u i = v i) ->
  (no_pole k p v -> no_pole k p u) /\ (differentiable k p v -> differentiable k p u) /\
  (forall d m, forward k p u d m = forward k p v d m).
Proof.
  induction p as [|g q IH]; intros k u v U; simpl; auto.
  assert (V : value u g = value v g) by (destruct g; simpl; rewrite ?U; reflexivity).
  assert (T : forall d, tangent u d g = tangent v d g) by (intros; destruct g; simpl; rewrite ?U; reflexivity).
  destruct (IH (S k) (set u k (value u g)) (set v k (value v g))) as [N [H F]].
  { intros i. unfold set. rewrite V, U. reflexivity. }
  split; [|split].
  - intros [A B]. split; auto. destruct g; rewrite ?U; auto.
  - intros [A B]. split; auto. destruct g; rewrite ?U; auto.
  - intros d m. rewrite F, T. reflexivity.
Qed.

Lemma along_a_line (a b s : R) : derivable_pt_lim (fun z => a + z * b) s b.
Proof.
  intros e E. exists (mkposreal 1 Rlt_0_1). intros z Z _.
  replace ((a + (s + z) * b - (a + s * b)) / z - b) with 0 by (field; assumption).
  rewrite Rabs_R0. assumption.
Qed.

(* The gradient: n inputs at x, and the value in the last register of a program that is not empty. *)
Definition output (n : nat) (p : list instruction) : nat := (n + length p - 1)%nat.
Definition f (n : nat) (p : list instruction) (x : registers) : R := run n p x (output n p).
Definition partials (n : nat) (p : list instruction) (x : registers) : registers :=
  reverse n p x (set (fun _ => 0) (output n p) 1).

Theorem gradient : forall p n x d,
  p <> [] -> well_formed n p -> no_pole n p x -> differentiable n p x ->
  derivable_pt_lim (fun z => f n p (fun i => x i + z * d i)) 0 (dot n (partials n p x) d).
Proof.
  intros p n x d P W N H. unfold f, partials.
  assert (O : (output n p < n + length p)%nat) by (unfold output; destruct p; simpl; [congruence|lia]).
  set (curve := fun z i => x i + z * d i).
  destruct (pointwise p n (curve 0) x) as [N0 [H0 F0]]; [intros; unfold curve; ring|].
  rewrite reverse_is_transpose, dot_seed, <- F0 by assumption.
  replace (output n p <? n + length p)%nat with true by (symmetry; apply Nat.ltb_lt; assumption).
  apply (forward_is_derivative p n curve d 0); auto.
  intros m _. apply along_a_line.
Qed.

End Table.

Print Assumptions reverse_is_transpose.
Print Assumptions gradient.
